/**
 * Folders of files: what is shared, what comes in, what waits to be sent. All that waits for a disk
 * happens on the thread {@code files}.
 */
@NullMarked
package io.pipit.files;

import org.jspecify.annotations.NullMarked;
