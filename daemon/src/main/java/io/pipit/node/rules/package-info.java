/** What brings the rules together with the node that they run on. */
@NullMarked
package io.pipit.node.rules;

import org.jspecify.annotations.NullMarked;
