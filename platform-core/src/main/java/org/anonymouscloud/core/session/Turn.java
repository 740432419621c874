package org.anonymouscloud.core.session;

import org.anonymouscloud.core.channel.Channel;

/** Something that waits to be sent, one frame each time it is its turn. */
interface Turn {
  /**
   * Prepares exactly one frame. Called under the sender's lock, so it must not block.
   *
   * @return whether there is more to send just now
   */
  boolean prepareNext(Channel channel);
}
