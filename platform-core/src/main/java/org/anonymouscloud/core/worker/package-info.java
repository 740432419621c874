/**
 * Processes that serve a connection each. The listener's side starts with {@link
 * org.anonymouscloud.core.worker.Workers}, a worker's with {@link
 * org.anonymouscloud.core.worker.WorkerEnd}; docs/formats/worker.md is what they say to each other.
 * Knows no accounts and no features. The listener's side sees sealed records alone and holds no
 * key; it takes what a worker says for what a stranger says.
 */
@NullMarked
package org.anonymouscloud.core.worker;

import org.jspecify.annotations.NullMarked;
