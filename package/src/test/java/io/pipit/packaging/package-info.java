@NullMarked
package io.pipit.packaging;

import org.jspecify.annotations.NullMarked;
