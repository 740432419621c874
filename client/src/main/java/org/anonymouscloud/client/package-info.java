/**
 * The program on the user's machine. {@link org.anonymouscloud.client.Main} is the command line;
 * {@code agent} holds the keys and offers the local API; {@code home} is the folder where the two
 * meet. What all of them log is set in {@link org.anonymouscloud.client.LogLines}.
 */
@NullMarked
package org.anonymouscloud.client;

import org.jspecify.annotations.NullMarked;
