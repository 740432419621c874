/**
 * The folder named by {@code ANONCLOUD_HOME}: where the agent says how to reach it. Start with
 * {@link org.anonymouscloud.client.home.Home}. Knows neither the agent nor the commands.
 */
@NullMarked
package org.anonymouscloud.client.home;

import org.jspecify.annotations.NullMarked;
