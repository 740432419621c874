@NullMarked
package org.anonymouscloud.vault.client.api;

import org.jspecify.annotations.NullMarked;
