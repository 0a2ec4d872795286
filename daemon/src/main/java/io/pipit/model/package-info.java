/** Values of the domain and nothing else: immutable, with no I/O and no dependency. */
@NullMarked
package io.pipit.model;

import org.jspecify.annotations.NullMarked;
