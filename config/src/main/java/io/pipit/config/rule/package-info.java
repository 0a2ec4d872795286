/**
 * Rules: what a {@code [[rule]]} says, and the small language of its {@code when} (docs/RULES.md).
 * Nothing here knows a value; that is the node's.
 */
@NullMarked
package io.pipit.config.rule;

import org.jspecify.annotations.NullMarked;
