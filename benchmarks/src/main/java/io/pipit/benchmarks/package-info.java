/** Load generators and measurements beside other programs. */
@NullMarked
package io.pipit.benchmarks;

import org.jspecify.annotations.NullMarked;
