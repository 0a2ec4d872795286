/**
 * The page: a view over the node's resources for a browser, read only. Nothing of this is loaded
 * where it isn't configured.
 */
@NullMarked
package io.pipit.http.page;

import org.jspecify.annotations.NullMarked;
