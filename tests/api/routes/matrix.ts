// Who may do what, written out by hand: every operation of the API has a row here, and a test fails for
// one that has none. Nothing here is derived from the program.

export const roles = ["viewer", "uploader", "analyst", "approver", "owner"] as const;
export type Role = (typeof roles)[number];

/** By operation: viewer, uploader, analyst, approver, owner; x may. */
const inProject = `
	operation                   v u a p o
	project_get                 x x x x x
	project_update              . . . . x
	project_audit_list          . . . . x
	project_audit_export        . . . . x
	member_list                 x . x x x
	source_list                 x x x x x
	source_get                  x x x x x
	source_create               . . x . x
	mapping_list                x . x x x
	mapping_create              . . x . x
	upload_create               . x x . x
	tus_create                  . x x . x
	upload_content_put          . x x . x
	upload_content_post         . x x . x
	upload_content_head         . x x . x
	upload_content_patch        . x x . x
	upload_content_delete       . x x . x
	file_list                   x x x x x
	file_get                    x x x x x
	file_retry                  . x x . x
	dataset_list                x . x x x
	dataset_get                 x . x x x
	dataset_rows                x . x x x
	dataset_rejects             x . x x x
	dataset_rows_export         x . x x x
	dataset_rejects_export      x . x x x
	dataset_reverse             . . x . x
	preview_create              . . x . x
	preview_get                 x . x x x
	reading_list                x . x x x
	repair_list                 x . x x x
	duplicate_list              x . x x x
	duplicate_decide            . . x . x
	reconciliation_list         x . x x x
	reconciliation_get          x . x x x
	reconciliation_create       . . x . x
	ruleset_list                x . x x x
	ruleset_create              . . x . x
	job_list                    x . x x x
	job_list_of_reconciliation  x . x x x
	job_get                     x . x x x
	job_create                  . . x . x
	job_cancel                  . . x . x
	job_model_get               x . x x x
	receipt_get                 x . x x x
	sample_get                  x . x x x
	model_list                  x . x x x
	model_get                   x . x x x
	model_create                . . x . x
	model_unpin                 . . x . x
	view_create                 x . x x x
	view_rows                   x . x x x
	view_facets                 x . x x x
	view_export                 x . x x x
	evidence_get                x . x x x
	decision_list               x . x x x
	decision_create             . . x x x
	exception_list              x . x x x
	exception_get               x . x x x
	exception_history           x . x x x
	exception_comment_list      x . x x x
	exception_create            . . x x x
	exception_update            . . x x x
	exception_bulk              . . x x x
	exception_comment_create    . . x x x
	exception_export            x . x x x
	exception_sheet             . . x x x
	reason_list                 x . x x x
	reason_create               . . . x x
	reason_update               . . . x x
	exception_policy_get        x . x x x
	exception_policy_set        . . . x x
	webhook_list                . . . . x
	webhook_get                 . . . . x
	webhook_create              . . . . x
	webhook_update              . . . . x
	webhook_delete              . . . . x
	webhook_rotate              . . . . x
	delivery_list               . . . . x
	delivery_tries              . . . . x
	delivery_again              . . . . x
`;

export const platformRoles = ["nobody", "person", "auditor", "administrator"] as const;
export type PlatformRole = (typeof platformRoles)[number];

/** By operation: nobody in particular, a signed-in person, an auditor, an administrator; x may. */
const onPlatform = `
	operation              n p a m
	health                 x x x x
	ready                  x x x x
	limits                 x x x x
	session_create         x x x x
	session_second_factor  x x x x
	session_refresh        x x x x
	session_end            x x x x
	code_redeem            x x x x
	password_forget        x x x x
	account_register       x x x x
	me                     . x x x
	session_list           . x x x
	session_revoke         . x x x
	session_revoke_others  . x x x
	session_step_up        . x x x
	password_change        . x x x
	profile_change         . x x x
	mfa_get                . x x x
	totp_begin             . x x x
	totp_confirm           . x x x
	totp_disable           . x x x
	recovery_renew         . x x x
	api_key_list           . x x x
	api_key_create         . x x x
	api_key_rotate         . x x x
	api_key_revoke         . x x x
	project_list           . x x x
	project_create         . x x x
	audit_list             . . x x
	audit_export           . . x x
	account_list           . . . x
	account_invite         . . . x
	account_get            . . . x
	account_invite_again   . . . x
	account_deactivate     . . . x
	account_activate       . . . x
	account_unlock         . . . x
	account_sign_out       . . . x
	account_reset_mfa      . . . x
	account_set_roles      . . . x
	setting_list           . . . x
	setting_change         . . . x
`;

function read<R extends string>(table: string, names: readonly R[]): Map<string, Set<R>> {
	const lines = table.trim().split("\n").slice(1);
	return new Map(
		lines.map((line) => {
			const [operation = "", ...marks] = line.trim().split(/\s+/);
			return [operation, new Set(names.filter((_, i) => marks[i] === "x"))];
		}),
	);
}

export const projectMatrix = read<Role>(inProject, roles);
export const platformMatrix = read<PlatformRole>(onPlatform, platformRoles);
