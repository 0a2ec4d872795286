/** What a node finds out about itself when somebody asks what is wrong. */
@NullMarked
package io.pipit.resource.doctor;

import org.jspecify.annotations.NullMarked;
