/**
 * What tests of this and other projects share: external vectors and the suites that every
 * implementation of an extension point passes. Start with {@link
 * org.anonymouscloud.core.testing.Vectors}.
 */
@NullMarked
package org.anonymouscloud.core.testing;

import org.jspecify.annotations.NullMarked;
