-- Finds the drives of which an account was ever a member: each of them got keys.
CREATE INDEX vault_grants_account ON vault_grants (account_id);
