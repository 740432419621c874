/**
 * What a command is given: the environment, the home, the terminal and the agent, which is found or
 * started when it is first asked. Start with {@link org.anonymouscloud.client.cli.context.Context}
 * and {@link org.anonymouscloud.client.cli.context.RunningAgent}. Knows no command.
 */
@NullMarked
package org.anonymouscloud.client.cli.context;

import org.jspecify.annotations.NullMarked;
