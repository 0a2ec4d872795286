/**
 * TOML files as sections and keys: what each may be, read with the place of whatever is wrong, and
 * described as a JSON Schema. What the sections are is said elsewhere.
 */
@NullMarked
package io.pipit.config.toml;

import org.jspecify.annotations.NullMarked;
