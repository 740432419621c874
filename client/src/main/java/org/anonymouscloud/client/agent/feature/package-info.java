/**
 * The features at work in the agent: each gets its own part of the account, and what one throws
 * stays its own, and is told when devices, keys or contacts change. Start with {@link
 * org.anonymouscloud.client.agent.feature.ClientFeatures} and {@link
 * org.anonymouscloud.client.agent.feature.LoggedInAccount}. Knows no feature by name, and not how
 * an account comes and goes.
 */
@NullMarked
package org.anonymouscloud.client.agent.feature;

import org.jspecify.annotations.NullMarked;
