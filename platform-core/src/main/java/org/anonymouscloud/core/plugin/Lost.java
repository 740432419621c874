package org.anonymouscloud.core.plugin;

import java.time.Instant;
import org.anonymouscloud.core.account.DeviceId;

/**
 * A state of something that a feature keeps, which this device has seen and the server no longer
 * has.
 *
 * @param number of the state, counted from 0
 * @param time when it was written, by its writer's clock
 * @param device that wrote it
 */
public record Lost(long number, Instant time, DeviceId device) {}
