/** What a running node does about trust: hands statements on, and notices cloned keys. */
@NullMarked
package io.pipit.node.trust;

import org.jspecify.annotations.NullMarked;
