/**
 * The agent: one process for each user that holds the keys and sessions and offers the local API on
 * loopback. Start with {@link org.anonymouscloud.client.agent.Agent} and {@link
 * org.anonymouscloud.client.agent.api.LocalApi}. Knows no feature by name and nothing of the
 * command line.
 */
@NullMarked
package org.anonymouscloud.client.agent;

import org.jspecify.annotations.NullMarked;
