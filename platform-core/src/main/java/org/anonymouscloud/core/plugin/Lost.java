package org.anonymouscloud.core.plugin;

import java.time.Instant;
import java.util.Optional;
import org.anonymouscloud.core.account.DeviceId;

/**
 * A state of something that a feature keeps, which this device has seen and the server no longer
 * has; or one that a device which was removed has named, and that nobody can show.
 *
 * @param number of the state, counted from 0
 * @param time when it was written, by its writer's clock; none if it was only named
 * @param device that wrote it; none if it was only named
 */
public record Lost(long number, Optional<Instant> time, Optional<DeviceId> device) {}
