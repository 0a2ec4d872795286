/** InvenSense's MPU-6050: acceleration and rotation. */
@NullMarked
package io.pipit.drivers.mpu6050;

import org.jspecify.annotations.NullMarked;
