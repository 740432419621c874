/** Tests of the channel. */
@NullMarked
package org.anonymouscloud.core.channel;

import org.jspecify.annotations.NullMarked;
