/**
 * What a server counts and where it tells: {@link org.anonymouscloud.core.metrics.ServerMetrics}
 * and {@link org.anonymouscloud.core.metrics.MetricsPort}. Knows no accounts, names or addresses,
 * so it cannot tell any.
 */
@NullMarked
package org.anonymouscloud.core.metrics;

import org.jspecify.annotations.NullMarked;
