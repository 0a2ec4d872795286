/**
 * Makes the packages: what lies where once Pipit is installed, and the archives that bring it
 * there. The same inputs give the same bytes. Part of the build, not of the program; one thread.
 */
@NullMarked
package io.pipit.packaging;

import org.jspecify.annotations.NullMarked;
