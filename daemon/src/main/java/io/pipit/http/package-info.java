/** The node's numbers over HTTP, for Prometheus. */
@NullMarked
package io.pipit.http;

import org.jspecify.annotations.NullMarked;
