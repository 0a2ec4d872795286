/** The verbs that look after a node as a whole. */
@NullMarked
package io.pipit.cli.operate;

import org.jspecify.annotations.NullMarked;
