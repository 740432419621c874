/**
 * The local API as HTTP: the gate before it and the doors in it, what a request may ask for, the
 * table of routes, the panels' files, and the problem that a failure is to whoever asked. Start
 * with {@link org.anonymouscloud.client.agent.api.LocalApi} and {@link
 * org.anonymouscloud.client.agent.api.Gate}. Knows no route of its own and not the agent's account.
 */
@NullMarked
package org.anonymouscloud.client.agent.api;

import org.jspecify.annotations.NullMarked;
