/** What is printed: tables, charts, times. */
@NullMarked
package io.pipit.cli.show;

import org.jspecify.annotations.NullMarked;
