/** The resource tree as plain request and response, whatever transport they came by. */
@NullMarked
package io.pipit.resource;

import org.jspecify.annotations.NullMarked;
