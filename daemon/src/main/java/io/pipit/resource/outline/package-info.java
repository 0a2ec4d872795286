/** Readings thinned to what a chart can show. */
@NullMarked
package io.pipit.resource.outline;

import org.jspecify.annotations.NullMarked;
