/** What nodes say of keys, signed: values and their bytes, with no I/O. */
@NullMarked
package io.pipit.identity.statement;

import org.jspecify.annotations.NullMarked;
