/** What a verb finds around it, whatever the verb. */
@NullMarked
package io.pipit.cli.context;

import org.jspecify.annotations.NullMarked;
