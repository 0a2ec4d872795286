/** What brings the page together. */
@NullMarked
package io.pipit.node.page;

import org.jspecify.annotations.NullMarked;
