@NullMarked
package org.anonymouscloud.vault.client.store;

import org.jspecify.annotations.NullMarked;
