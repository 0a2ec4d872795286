/**
 * Requests and answers as the resource tree and the transports hand them to each other, whatever
 * they travel over.
 */
@NullMarked
package io.pipit.resource.exchange;

import org.jspecify.annotations.NullMarked;
