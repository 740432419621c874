@NullMarked
package org.anonymouscloud.vault.client.tree;

import org.jspecify.annotations.NullMarked;
