/** The verbs that send and fetch files. */
@NullMarked
package io.pipit.cli.files;

import org.jspecify.annotations.NullMarked;
