/**
 * The vault's part of the local API. Start with {@link
 * org.anonymouscloud.vault.client.api.VaultRoutes}. Turns requests into questions to the drive and
 * its failures into problems; decides nothing about files itself.
 */
@NullMarked
package org.anonymouscloud.vault.client.api;

import org.jspecify.annotations.NullMarked;
