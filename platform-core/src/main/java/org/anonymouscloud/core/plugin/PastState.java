package org.anonymouscloud.core.plugin;

import java.time.Instant;
import java.util.Optional;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;

/**
 * One of the states that something has been in which a feature keeps.
 *
 * @param head its number and hash
 * @param time when it was written, by its writer's clock, which may be a thief's; none if it was
 *     only named, or cannot be opened any more
 * @param device that wrote it; none if it was only named
 */
public record PastState(Head head, Optional<Instant> time, Optional<DeviceId> device) {}
