/**
 * Running a server: its settings and where they come from, its check, and a worker's end of it.
 * Start with {@link org.anonymouscloud.client.cli.server.ServerCommand} and {@link
 * org.anonymouscloud.client.cli.server.ServerSettings}; {@link
 * org.anonymouscloud.client.cli.server.DatabaseOptions} is how the owner's commands say which
 * server they mean. Knows neither those commands nor the agent.
 */
@NullMarked
package org.anonymouscloud.client.cli.server;

import org.jspecify.annotations.NullMarked;
