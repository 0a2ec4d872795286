/** {@code pipit doctor}. */
@NullMarked
package io.pipit.cli.doctor;

import org.jspecify.annotations.NullMarked;
