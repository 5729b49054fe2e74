/* SPDX-License-Identifier: MIT */
/* Lightweight transactions: take a name nobody has, then change it only if nobody else did. */
#include <coodie.h>
#include <coodie/lwt.h>

#include <inttypes.h>
#include <stdio.h>

typedef struct account {
	coodie_row row;
	const char *name;
	const char *owner;
	int64_t balance;
	int32_t version;
} account;

static const coodie_column account_columns[] = {
	COODIE_COLUMN(account, name, "text", .partition_key = 1),
	COODIE_COLUMN(account, owner, "text", .required = true),
	COODIE_COLUMN(account, balance, "bigint"),
	COODIE_COLUMN(account, version, "int"),
};
static const coodie_model account_model = COODIE_MODEL(account, account_columns, "accounts",
						       .keyspace = "bank");

/* IF NOT EXISTS: not applied is an answer, with the row that was in the way. */
static bool open_account(coodie_session *s, coodie_error *err)
{
	account a = { .name = "savings", .owner = "ada", .balance = 100, .version = 1 };
	coodie_lwt *lwt = coodie_insert(s, &account_model, &a, NULL, err);
	const account *there = lwt ? coodie_lwt_existing(lwt) : NULL;

	if (there)
		printf("%s belongs to %s already\n", there->name, there->owner);
	coodie_lwt_free(lwt);
	return lwt != NULL;
}

/* Read, change, write if the version is still the one read; again if it is not. */
static bool deposit(coodie_session *s, int64_t amount, coodie_error *err)
{
	for (int attempt = 0; attempt < 5; attempt++) {
		account *a = coodie_get(s, &account_model, CQL_ARGS(cql("savings")), NULL, err);
		bool applied = false;

		if (!a)
			return false;
		int32_t read = a->version++;
		a->balance += amount;
		coodie_lwt *lwt = coodie_save_if(
			s, &account_model, a, "version = ?", CQL_ARGS(cql(read)),
			COODIE_WRITE(.serial_consistency = CQL_CONSISTENCY_LOCAL_SERIAL), err);
		if (lwt) {
			applied = coodie_lwt_applied(lwt);
			if (applied)
				printf("%" PRId64 " in version %d\n", a->balance, a->version);
		}
		coodie_object_free(a);
		coodie_lwt_free(lwt);
		if (applied || !lwt)
			return applied;
	}
	fprintf(stderr, "too many others\n");
	return false;
}

int main(void)
{
	coodie_error err = { 0 };
	coodie_options *o = coodie_options_new(&err);
	coodie_session *s = NULL;
	bool ok = false;

	if (o && coodie_options_add_contact_point(o, "127.0.0.1", &err))
		s = coodie_session_new(o, &err);
	if (s && coodie_create_keyspace(s, "bank", NULL, &err) &&
	    coodie_sync_table(s, &account_model, NULL, &err))
		ok = open_account(s, &err) && deposit(s, 50, &err);
	if (!ok && err.code)
		fprintf(stderr, "%s\n", err.message);
	coodie_session_free(s);
	coodie_options_free(o);
	return ok ? 0 : 1;
}
