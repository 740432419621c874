/**
 * Benchmarks of the core: JMH classes, and {@link org.anonymouscloud.bench.Loopback} for what takes
 * two ends. {@code bench/README.md} says how to run them.
 */
@NullMarked
package org.anonymouscloud.bench;

import org.jspecify.annotations.NullMarked;
