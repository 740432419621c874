/**
 * The agent: one process for each user that holds the keys and sessions and offers the local API on
 * loopback. Start with {@link org.anonymouscloud.client.agent.Agent}, which puts the rooms below
 * together; beside it stand the routes of the account, which say what of it goes over the local
 * API. Knows no feature by name and nothing of the command line.
 */
@NullMarked
package org.anonymouscloud.client.agent;

import org.jspecify.annotations.NullMarked;
