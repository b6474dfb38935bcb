#ifndef API_TYPES_H
#define API_TYPES_H
/*
 * The documents of the API: what routes take and give. Names are those of design and database.
 */
#include "http/schema.h"

/* Answers */
extern const struct schema type_problem, type_health, type_ready, type_limits, type_session_info,
	type_session_list, type_api_key_list, type_api_key_created, type_project, type_project_list,
	type_member_list, type_source, type_source_list, type_mapping_version,
	type_mapping_version_list, type_upload, type_file, type_file_list, type_dataset,
	type_dataset_list, type_reading_list, type_repair_list, type_duplicate, type_duplicate_list, type_reconciliation, type_reconciliation_list, type_ruleset_version,
	type_ruleset_version_list, type_job, type_job_list, type_receipt, type_model, type_sample, type_model_version,
	type_model_version_list, type_record_page, type_reject_page, type_preview,
	type_view, type_view_rows, type_facet_list, type_evidence, type_decision,
	type_decision_list, type_audit_list, type_webhook, type_webhook_list, type_webhook_created,
	type_delivery_list, type_delivery_try_list;

extern const struct schema type_mfa, type_totp_begun, type_recovery_codes, type_account,
	type_account_list, type_settings;

/* Inputs */
extern const struct schema type_second_factor, type_forget, type_register, type_password_change,
	type_profile_change, type_account_new, type_roles_change, type_settings_change;
extern const struct schema type_sign_in, type_redeem, type_step_up, type_api_key_new, type_webhook_new, type_webhook_change,
	type_project_new, type_project_change, type_source_new, type_mapping_new, type_upload_new,
	type_reconciliation_new, type_ruleset_new, type_job_new, type_view_new, type_decision_new,
	type_duplicate_decision, type_model_new, type_reverse, type_empty;

/* Query parameters; each ends with a row without name. */
extern const struct schema type_exception, type_exception_list, type_exception_new,
	type_exception_edit, type_exception_history, type_exception_comment,
	type_exception_comment_list, type_exception_comment_new, type_exception_bulk,
	type_exception_bulk_result, type_reason, type_reason_list, type_reason_new,
	type_reason_change, type_exception_policy, type_exception_policy_new;
extern const struct schema type_exception_sheet, type_exception_sheet_result;
extern const struct schema_field query_exceptions[], query_exception_export[];
extern const struct schema_field query_page[], query_projects[], query_files[], query_datasets[],
	query_jobs[], query_rows[], query_export[], query_sample[], query_audit[],
	query_audit_export[], query_project_audit[], query_project_audit_export[];

/* The type of a path parameter by its name; NULL for a name that no route may use. */
const struct schema *type_of_path_param(struct sv name);

#endif
