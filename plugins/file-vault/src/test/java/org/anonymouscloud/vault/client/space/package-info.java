@NullMarked
package org.anonymouscloud.vault.client.space;

import org.jspecify.annotations.NullMarked;
