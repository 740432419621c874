package org.anonymouscloud.core.account.server;

import java.time.Instant;

/**
 * An invitation that nobody has used yet, as the server's owner sees it.
 *
 * @param id names it, and does not let anybody in: 12 hex digits of its hash
 * @param expires when it is worth nothing any more, to the minute
 */
public record Invite(String id, Instant expires) {}
