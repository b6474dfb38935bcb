import { api } from "./base";
const injectedRtkApi = api.injectEndpoints({
  endpoints: (build) => ({
    sessionCreate: build.mutation<
      SessionCreateApiResponse,
      SessionCreateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/auth/sign-in`,
        method: "POST",
        body: queryArg.signIn,
      }),
    }),
    sessionSecondFactor: build.mutation<
      SessionSecondFactorApiResponse,
      SessionSecondFactorApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/auth/second-factor`,
        method: "POST",
        body: queryArg.secondFactor,
      }),
    }),
    codeRedeem: build.mutation<CodeRedeemApiResponse, CodeRedeemApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/redeem`,
        method: "POST",
        body: queryArg.redeem,
      }),
    }),
    passwordForget: build.mutation<
      PasswordForgetApiResponse,
      PasswordForgetApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/auth/forgot-password`,
        method: "POST",
        body: queryArg.passwordForget,
      }),
    }),
    accountRegister: build.mutation<
      AccountRegisterApiResponse,
      AccountRegisterApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/auth/register`,
        method: "POST",
        body: queryArg.register,
      }),
    }),
    passwordChange: build.mutation<
      PasswordChangeApiResponse,
      PasswordChangeApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/auth/password`,
        method: "POST",
        body: queryArg.passwordChange,
      }),
    }),
    profileChange: build.mutation<
      ProfileChangeApiResponse,
      ProfileChangeApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/auth/profile`,
        method: "PATCH",
        body: queryArg.profileChange,
      }),
    }),
    sessionRefresh: build.mutation<
      SessionRefreshApiResponse,
      SessionRefreshApiArg
    >({
      query: () => ({ url: `/api/v1/auth/refresh`, method: "POST" }),
    }),
    sessionEnd: build.mutation<SessionEndApiResponse, SessionEndApiArg>({
      query: () => ({ url: `/api/v1/auth/sign-out`, method: "POST" }),
    }),
    sessionStepUp: build.mutation<
      SessionStepUpApiResponse,
      SessionStepUpApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/auth/step-up`,
        method: "POST",
        body: queryArg.stepUp,
      }),
    }),
    sessionList: build.query<SessionListApiResponse, SessionListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/sessions`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    sessionRevokeOthers: build.mutation<
      SessionRevokeOthersApiResponse,
      SessionRevokeOthersApiArg
    >({
      query: () => ({ url: `/api/v1/auth/sessions`, method: "DELETE" }),
    }),
    sessionRevoke: build.mutation<
      SessionRevokeApiResponse,
      SessionRevokeApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/auth/sessions/${encodeURIComponent(String(queryArg.session))}`,
        method: "DELETE",
      }),
    }),
    mfaGet: build.query<MfaGetApiResponse, MfaGetApiArg>({
      query: () => ({ url: `/api/v1/auth/mfa` }),
    }),
    totpBegin: build.mutation<TotpBeginApiResponse, TotpBeginApiArg>({
      query: () => ({ url: `/api/v1/auth/mfa/totp`, method: "POST" }),
    }),
    totpDisable: build.mutation<TotpDisableApiResponse, TotpDisableApiArg>({
      query: () => ({ url: `/api/v1/auth/mfa/totp`, method: "DELETE" }),
    }),
    totpConfirm: build.mutation<TotpConfirmApiResponse, TotpConfirmApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/mfa/totp/confirm`,
        method: "POST",
        body: queryArg.secondFactor,
      }),
    }),
    recoveryRenew: build.mutation<
      RecoveryRenewApiResponse,
      RecoveryRenewApiArg
    >({
      query: () => ({ url: `/api/v1/auth/mfa/recovery-codes`, method: "POST" }),
    }),
    apiKeyList: build.query<ApiKeyListApiResponse, ApiKeyListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/api-keys`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    apiKeyCreate: build.mutation<ApiKeyCreateApiResponse, ApiKeyCreateApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/api-keys`,
        method: "POST",
        body: queryArg.apiKeyNew,
      }),
    }),
    apiKeyRotate: build.mutation<ApiKeyRotateApiResponse, ApiKeyRotateApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/api-keys/${encodeURIComponent(String(queryArg.apiKey))}/rotate`,
        method: "POST",
      }),
    }),
    apiKeyRevoke: build.mutation<ApiKeyRevokeApiResponse, ApiKeyRevokeApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/api-keys/${encodeURIComponent(String(queryArg.apiKey))}`,
        method: "DELETE",
      }),
    }),
    accountList: build.query<AccountListApiResponse, AccountListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/admin/users`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    accountInvite: build.mutation<
      AccountInviteApiResponse,
      AccountInviteApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/admin/users`,
        method: "POST",
        body: queryArg.accountNew,
        headers: {
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    accountGet: build.query<AccountGetApiResponse, AccountGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/admin/users/${encodeURIComponent(String(queryArg.user))}`,
      }),
    }),
    accountInviteAgain: build.mutation<
      AccountInviteAgainApiResponse,
      AccountInviteAgainApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/admin/users/${encodeURIComponent(String(queryArg.user))}/invite`,
        method: "POST",
      }),
    }),
    accountDeactivate: build.mutation<
      AccountDeactivateApiResponse,
      AccountDeactivateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/admin/users/${encodeURIComponent(String(queryArg.user))}/deactivate`,
        method: "POST",
      }),
    }),
    accountActivate: build.mutation<
      AccountActivateApiResponse,
      AccountActivateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/admin/users/${encodeURIComponent(String(queryArg.user))}/activate`,
        method: "POST",
      }),
    }),
    accountUnlock: build.mutation<
      AccountUnlockApiResponse,
      AccountUnlockApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/admin/users/${encodeURIComponent(String(queryArg.user))}/unlock`,
        method: "POST",
      }),
    }),
    accountSignOut: build.mutation<
      AccountSignOutApiResponse,
      AccountSignOutApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/admin/users/${encodeURIComponent(String(queryArg.user))}/sign-out`,
        method: "POST",
      }),
    }),
    accountResetMfa: build.mutation<
      AccountResetMfaApiResponse,
      AccountResetMfaApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/admin/users/${encodeURIComponent(String(queryArg.user))}/reset-mfa`,
        method: "POST",
      }),
    }),
    accountSetRoles: build.mutation<
      AccountSetRolesApiResponse,
      AccountSetRolesApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/admin/users/${encodeURIComponent(String(queryArg.user))}/roles`,
        method: "PUT",
        body: queryArg.rolesChange,
      }),
    }),
    settingList: build.query<SettingListApiResponse, SettingListApiArg>({
      query: () => ({ url: `/api/v1/admin/settings` }),
    }),
    settingChange: build.mutation<
      SettingChangeApiResponse,
      SettingChangeApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/admin/settings`,
        method: "PATCH",
        body: queryArg.settingsChange,
      }),
    }),
    health: build.query<HealthApiResponse, HealthApiArg>({
      query: () => ({ url: `/api/v1/health` }),
    }),
    ready: build.query<ReadyApiResponse, ReadyApiArg>({
      query: () => ({ url: `/api/v1/ready` }),
    }),
    limits: build.query<LimitsApiResponse, LimitsApiArg>({
      query: () => ({ url: `/api/v1/limits` }),
    }),
    me: build.query<MeApiResponse, MeApiArg>({
      query: () => ({ url: `/api/v1/me` }),
    }),
    projectList: build.query<ProjectListApiResponse, ProjectListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects`,
        params: {
          status: queryArg.status,
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    projectCreate: build.mutation<
      ProjectCreateApiResponse,
      ProjectCreateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects`,
        method: "POST",
        body: queryArg.projectNew,
        headers: {
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    projectGet: build.query<ProjectGetApiResponse, ProjectGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}`,
      }),
    }),
    projectUpdate: build.mutation<
      ProjectUpdateApiResponse,
      ProjectUpdateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}`,
        method: "PATCH",
        body: queryArg.projectChange,
        headers: {
          "If-Match": queryArg["If-Match"],
        },
      }),
    }),
    memberList: build.query<MemberListApiResponse, MemberListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/members`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    sourceList: build.query<SourceListApiResponse, SourceListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/sources`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    sourceCreate: build.mutation<SourceCreateApiResponse, SourceCreateApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/sources`,
        method: "POST",
        body: queryArg.sourceNew,
        headers: {
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    sourceGet: build.query<SourceGetApiResponse, SourceGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/sources/${encodeURIComponent(String(queryArg.source))}`,
      }),
    }),
    mappingList: build.query<MappingListApiResponse, MappingListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/sources/${encodeURIComponent(String(queryArg.source))}/mappings`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    mappingCreate: build.mutation<
      MappingCreateApiResponse,
      MappingCreateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/sources/${encodeURIComponent(String(queryArg.source))}/mappings`,
        method: "POST",
        body: queryArg.mappingNew,
        headers: {
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    uploadCreate: build.mutation<UploadCreateApiResponse, UploadCreateApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/uploads`,
        method: "POST",
        body: queryArg.uploadNew,
        headers: {
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    fileList: build.query<FileListApiResponse, FileListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/files`,
        params: {
          source: queryArg.source,
          state: queryArg.state,
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    fileGet: build.query<FileGetApiResponse, FileGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/files/${encodeURIComponent(String(queryArg.file))}`,
      }),
    }),
    fileRetry: build.mutation<FileRetryApiResponse, FileRetryApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/files/${encodeURIComponent(String(queryArg.file))}/retry`,
        method: "POST",
      }),
    }),
    datasetList: build.query<DatasetListApiResponse, DatasetListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets`,
        params: {
          source: queryArg.source,
          state: queryArg.state,
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    datasetGet: build.query<DatasetGetApiResponse, DatasetGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}`,
      }),
    }),
    datasetRows: build.query<DatasetRowsApiResponse, DatasetRowsApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}/rows`,
        params: {
          offset: queryArg.offset,
          limit: queryArg.limit,
        },
      }),
    }),
    datasetRejects: build.query<
      DatasetRejectsApiResponse,
      DatasetRejectsApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}/rejects`,
        params: {
          offset: queryArg.offset,
          limit: queryArg.limit,
        },
      }),
    }),
    datasetRowsExport: build.query<
      DatasetRowsExportApiResponse,
      DatasetRowsExportApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}/rows/export`,
        params: {
          format: queryArg.format,
        },
      }),
    }),
    datasetRejectsExport: build.query<
      DatasetRejectsExportApiResponse,
      DatasetRejectsExportApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}/rejects/export`,
        params: {
          format: queryArg.format,
        },
      }),
    }),
    previewCreate: build.mutation<
      PreviewCreateApiResponse,
      PreviewCreateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}/previews`,
        method: "POST",
        body: queryArg.mappingNew,
      }),
    }),
    previewGet: build.query<PreviewGetApiResponse, PreviewGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}/previews/${encodeURIComponent(String(queryArg.preview))}`,
      }),
    }),
    datasetReverse: build.mutation<
      DatasetReverseApiResponse,
      DatasetReverseApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}/reverse`,
        method: "POST",
        body: queryArg.reverse,
      }),
    }),
    readingList: build.query<ReadingListApiResponse, ReadingListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}/receipts`,
      }),
    }),
    repairList: build.query<RepairListApiResponse, RepairListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}/repairs`,
      }),
    }),
    duplicateList: build.query<DuplicateListApiResponse, DuplicateListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}/duplicates`,
      }),
    }),
    duplicateDecide: build.mutation<
      DuplicateDecideApiResponse,
      DuplicateDecideApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}/duplicates`,
        method: "POST",
        body: queryArg.duplicateDecision,
      }),
    }),
    reconciliationList: build.query<
      ReconciliationListApiResponse,
      ReconciliationListApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    reconciliationCreate: build.mutation<
      ReconciliationCreateApiResponse,
      ReconciliationCreateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations`,
        method: "POST",
        body: queryArg.reconciliationNew,
        headers: {
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    reconciliationGet: build.query<
      ReconciliationGetApiResponse,
      ReconciliationGetApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.reconciliation))}`,
      }),
    }),
    rulesetList: build.query<RulesetListApiResponse, RulesetListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.reconciliation))}/rulesets`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    rulesetCreate: build.mutation<
      RulesetCreateApiResponse,
      RulesetCreateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.reconciliation))}/rulesets`,
        method: "POST",
        body: queryArg.rulesetNew,
        headers: {
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    jobListOfReconciliation: build.query<
      JobListOfReconciliationApiResponse,
      JobListOfReconciliationApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.reconciliation))}/jobs`,
        params: {
          state: queryArg.state,
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    jobCreate: build.mutation<JobCreateApiResponse, JobCreateApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.reconciliation))}/jobs`,
        method: "POST",
        body: queryArg.jobNew,
        headers: {
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    jobList: build.query<JobListApiResponse, JobListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/jobs`,
        params: {
          state: queryArg.state,
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    jobGet: build.query<JobGetApiResponse, JobGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/jobs/${encodeURIComponent(String(queryArg.job))}`,
      }),
    }),
    jobCancel: build.mutation<JobCancelApiResponse, JobCancelApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/jobs/${encodeURIComponent(String(queryArg.job))}/cancel`,
        method: "POST",
      }),
    }),
    receiptGet: build.query<ReceiptGetApiResponse, ReceiptGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/jobs/${encodeURIComponent(String(queryArg.job))}/receipt`,
      }),
    }),
    jobModelGet: build.query<JobModelGetApiResponse, JobModelGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/jobs/${encodeURIComponent(String(queryArg.job))}/model`,
      }),
    }),
    sampleGet: build.query<SampleGetApiResponse, SampleGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/jobs/${encodeURIComponent(String(queryArg.job))}/sample`,
        params: {
          limit: queryArg.limit,
        },
      }),
    }),
    modelList: build.query<ModelListApiResponse, ModelListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.reconciliation))}/models`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    modelCreate: build.mutation<ModelCreateApiResponse, ModelCreateApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.reconciliation))}/models`,
        method: "POST",
        body: queryArg.modelNew,
        headers: {
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    modelGet: build.query<ModelGetApiResponse, ModelGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.reconciliation))}/models/${encodeURIComponent(String(queryArg.no))}`,
      }),
    }),
    modelUnpin: build.mutation<ModelUnpinApiResponse, ModelUnpinApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.reconciliation))}/models/pinned`,
        method: "DELETE",
      }),
    }),
    viewCreate: build.query<ViewCreateApiResponse, ViewCreateApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.reconciliation))}/views`,
        method: "POST",
        body: queryArg.viewNew,
      }),
    }),
    viewRows: build.query<ViewRowsApiResponse, ViewRowsApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/views/${encodeURIComponent(String(queryArg.view))}/rows`,
        params: {
          offset: queryArg.offset,
          limit: queryArg.limit,
        },
      }),
    }),
    viewExport: build.query<ViewExportApiResponse, ViewExportApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/views/${encodeURIComponent(String(queryArg.view))}/export`,
        params: {
          format: queryArg.format,
        },
      }),
    }),
    viewFacets: build.query<ViewFacetsApiResponse, ViewFacetsApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/views/${encodeURIComponent(String(queryArg.view))}/facets`,
      }),
    }),
    evidenceGet: build.query<EvidenceGetApiResponse, EvidenceGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/jobs/${encodeURIComponent(String(queryArg.job))}/matches/${encodeURIComponent(String(queryArg.no))}/evidence`,
      }),
    }),
    decisionList: build.query<DecisionListApiResponse, DecisionListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.reconciliation))}/decisions`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    decisionCreate: build.mutation<
      DecisionCreateApiResponse,
      DecisionCreateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.reconciliation))}/decisions`,
        method: "POST",
        body: queryArg.decisionNew,
        headers: {
          "If-Match": queryArg["If-Match"],
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    exceptionCreate: build.mutation<
      ExceptionCreateApiResponse,
      ExceptionCreateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.reconciliation))}/exceptions`,
        method: "POST",
        body: queryArg.exceptionNew,
        headers: {
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    exceptionList: build.query<ExceptionListApiResponse, ExceptionListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/exceptions`,
        params: {
          reconciliation: queryArg.reconciliation,
          state: queryArg.state,
          live: queryArg.live,
          severity: queryArg.severity,
          owner: queryArg.owner,
          team: queryArg.team,
          reason: queryArg.reason,
          type: queryArg["type"],
          overdue: queryArg.overdue,
          age_min: queryArg.ageMin,
          sort: queryArg.sort,
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    exceptionBulk: build.mutation<
      ExceptionBulkApiResponse,
      ExceptionBulkApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/exceptions/bulk`,
        method: "POST",
        body: queryArg.exceptionBulk,
      }),
    }),
    exceptionExport: build.query<
      ExceptionExportApiResponse,
      ExceptionExportApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/exceptions/export`,
        params: {
          reconciliation: queryArg.reconciliation,
          state: queryArg.state,
          live: queryArg.live,
          severity: queryArg.severity,
          owner: queryArg.owner,
          team: queryArg.team,
          reason: queryArg.reason,
          type: queryArg["type"],
          overdue: queryArg.overdue,
          age_min: queryArg.ageMin,
          sort: queryArg.sort,
          format: queryArg.format,
        },
      }),
    }),
    exceptionSheet: build.mutation<
      ExceptionSheetApiResponse,
      ExceptionSheetApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/exceptions/sheet`,
        method: "POST",
        body: queryArg.exceptionSheet,
      }),
    }),
    exceptionGet: build.query<ExceptionGetApiResponse, ExceptionGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/exceptions/${encodeURIComponent(String(queryArg.exception))}`,
      }),
    }),
    exceptionUpdate: build.mutation<
      ExceptionUpdateApiResponse,
      ExceptionUpdateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/exceptions/${encodeURIComponent(String(queryArg.exception))}`,
        method: "PATCH",
        body: queryArg.exceptionEdit,
        headers: {
          "If-Match": queryArg["If-Match"],
        },
      }),
    }),
    exceptionHistory: build.query<
      ExceptionHistoryApiResponse,
      ExceptionHistoryApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/exceptions/${encodeURIComponent(String(queryArg.exception))}/history`,
      }),
    }),
    exceptionCommentList: build.query<
      ExceptionCommentListApiResponse,
      ExceptionCommentListApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/exceptions/${encodeURIComponent(String(queryArg.exception))}/comments`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    exceptionCommentCreate: build.mutation<
      ExceptionCommentCreateApiResponse,
      ExceptionCommentCreateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/exceptions/${encodeURIComponent(String(queryArg.exception))}/comments`,
        method: "POST",
        body: queryArg.exceptionCommentNew,
        headers: {
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    reasonList: build.query<ReasonListApiResponse, ReasonListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reasons`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    reasonCreate: build.mutation<ReasonCreateApiResponse, ReasonCreateApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reasons`,
        method: "POST",
        body: queryArg.reasonNew,
        headers: {
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    reasonUpdate: build.mutation<ReasonUpdateApiResponse, ReasonUpdateApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reasons/${encodeURIComponent(String(queryArg.reason))}`,
        method: "PATCH",
        body: queryArg.reasonChange,
        headers: {
          "If-Match": queryArg["If-Match"],
        },
      }),
    }),
    exceptionPolicyGet: build.query<
      ExceptionPolicyGetApiResponse,
      ExceptionPolicyGetApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/exception-policy`,
      }),
    }),
    exceptionPolicySet: build.mutation<
      ExceptionPolicySetApiResponse,
      ExceptionPolicySetApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/exception-policy`,
        method: "PUT",
        body: queryArg.exceptionPolicyNew,
        headers: {
          "If-Match": queryArg["If-Match"],
        },
      }),
    }),
    webhookList: build.query<WebhookListApiResponse, WebhookListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/webhooks`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    webhookCreate: build.mutation<
      WebhookCreateApiResponse,
      WebhookCreateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/webhooks`,
        method: "POST",
        body: queryArg.webhookNew,
      }),
    }),
    webhookGet: build.query<WebhookGetApiResponse, WebhookGetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/webhooks/${encodeURIComponent(String(queryArg.webhook))}`,
      }),
    }),
    webhookUpdate: build.mutation<
      WebhookUpdateApiResponse,
      WebhookUpdateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/webhooks/${encodeURIComponent(String(queryArg.webhook))}`,
        method: "PATCH",
        body: queryArg.webhookChange,
      }),
    }),
    webhookDelete: build.mutation<
      WebhookDeleteApiResponse,
      WebhookDeleteApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/webhooks/${encodeURIComponent(String(queryArg.webhook))}`,
        method: "DELETE",
      }),
    }),
    webhookRotate: build.mutation<
      WebhookRotateApiResponse,
      WebhookRotateApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/webhooks/${encodeURIComponent(String(queryArg.webhook))}/rotate`,
        method: "POST",
      }),
    }),
    deliveryList: build.query<DeliveryListApiResponse, DeliveryListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/webhooks/${encodeURIComponent(String(queryArg.webhook))}/deliveries`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    deliveryTries: build.query<DeliveryTriesApiResponse, DeliveryTriesApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/webhooks/${encodeURIComponent(String(queryArg.webhook))}/deliveries/${encodeURIComponent(String(queryArg.delivery))}`,
      }),
    }),
    deliveryAgain: build.mutation<
      DeliveryAgainApiResponse,
      DeliveryAgainApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/webhooks/${encodeURIComponent(String(queryArg.webhook))}/deliveries/${encodeURIComponent(String(queryArg.delivery))}/again`,
        method: "POST",
      }),
    }),
    auditList: build.query<AuditListApiResponse, AuditListApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/audit`,
        params: {
          project: queryArg.project,
          from: queryArg["from"],
          to: queryArg.to,
          actor: queryArg.actor,
          action: queryArg.action,
          object: queryArg["object"],
          outcome: queryArg.outcome,
          request_id: queryArg.requestId,
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    auditExport: build.query<AuditExportApiResponse, AuditExportApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/audit/export`,
        params: {
          project: queryArg.project,
          from: queryArg["from"],
          to: queryArg.to,
          actor: queryArg.actor,
          action: queryArg.action,
          object: queryArg["object"],
          outcome: queryArg.outcome,
          request_id: queryArg.requestId,
          format: queryArg.format,
        },
      }),
    }),
    projectAuditList: build.query<
      ProjectAuditListApiResponse,
      ProjectAuditListApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/audit`,
        params: {
          from: queryArg["from"],
          to: queryArg.to,
          actor: queryArg.actor,
          action: queryArg.action,
          object: queryArg["object"],
          outcome: queryArg.outcome,
          request_id: queryArg.requestId,
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    projectAuditExport: build.query<
      ProjectAuditExportApiResponse,
      ProjectAuditExportApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/audit/export`,
        params: {
          from: queryArg["from"],
          to: queryArg.to,
          actor: queryArg.actor,
          action: queryArg.action,
          object: queryArg["object"],
          outcome: queryArg.outcome,
          request_id: queryArg.requestId,
          format: queryArg.format,
        },
      }),
    }),
  }),
  overrideExisting: false,
});
export { injectedRtkApi as gen };
export type SessionCreateApiResponse =
  /** status 200 Sign in with e-mail address and password */ SessionInfo;
export type SessionCreateApiArg = {
  signIn: SignIn;
};
export type SessionSecondFactorApiResponse =
  /** status 200 The second step of signing in: a code of the authenticator, or a recovery code */ SessionInfo;
export type SessionSecondFactorApiArg = {
  secondFactor: SecondFactor;
};
export type CodeRedeemApiResponse =
  /** status 200 Redeem a one-time code: set the password and sign in */ SessionInfo;
export type CodeRedeemApiArg = {
  redeem: Redeem;
};
export type PasswordForgetApiResponse = unknown;
export type PasswordForgetApiArg = {
  passwordForget: PasswordForget;
};
export type AccountRegisterApiResponse = unknown;
export type AccountRegisterApiArg = {
  register: Register;
};
export type PasswordChangeApiResponse = unknown;
export type PasswordChangeApiArg = {
  passwordChange: PasswordChange;
};
export type ProfileChangeApiResponse =
  /** status 200 Change one's own name */ SessionInfo;
export type ProfileChangeApiArg = {
  profileChange: ProfileChange;
};
export type SessionRefreshApiResponse =
  /** status 200 Exchange the refresh cookie for new cookies */ SessionInfo;
export type SessionRefreshApiArg = void;
export type SessionEndApiResponse = unknown;
export type SessionEndApiArg = void;
export type SessionStepUpApiResponse = unknown;
export type SessionStepUpApiArg = {
  stepUp: StepUp;
};
export type SessionListApiResponse =
  /** status 200 List one's own live sessions */ SessionList;
export type SessionListApiArg = {
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type SessionRevokeOthersApiResponse = unknown;
export type SessionRevokeOthersApiArg = void;
export type SessionRevokeApiResponse = unknown;
export type SessionRevokeApiArg = {
  session: string;
};
export type MfaGetApiResponse = /** status 200 One's own second factor */ Mfa;
export type MfaGetApiArg = void;
export type TotpBeginApiResponse =
  /** status 201 Begin to set up one-time passwords */ TotpBegun;
export type TotpBeginApiArg = void;
export type TotpDisableApiResponse = unknown;
export type TotpDisableApiArg = void;
export type TotpConfirmApiResponse =
  /** status 200 Prove the authenticator with a code; gives recovery codes, ends the other sessions */ RecoveryCodes;
export type TotpConfirmApiArg = {
  secondFactor: SecondFactor;
};
export type RecoveryRenewApiResponse =
  /** status 201 New recovery codes in place of the old ones */ RecoveryCodes;
export type RecoveryRenewApiArg = void;
export type ApiKeyListApiResponse =
  /** status 200 List one's own API keys */ ApiKeyList;
export type ApiKeyListApiArg = {
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type ApiKeyCreateApiResponse =
  /** status 201 Create an API key; the answer shows it once */ ApiKeyCreated;
export type ApiKeyCreateApiArg = {
  apiKeyNew: ApiKeyNew;
};
export type ApiKeyRotateApiResponse =
  /** status 201 Give an API key a successor; both are good until the old one is revoked */ ApiKeyCreated;
export type ApiKeyRotateApiArg = {
  apiKey: string;
};
export type ApiKeyRevokeApiResponse = unknown;
export type ApiKeyRevokeApiArg = {
  apiKey: string;
};
export type AccountListApiResponse =
  /** status 200 List all accounts */ AccountList;
export type AccountListApiArg = {
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type AccountInviteApiResponse =
  /** status 201 Make an account and invite its person by e-mail */ Account;
export type AccountInviteApiArg = {
  /** Repeating a request with the same key gives the same answer once. */
  "Idempotency-Key"?: string;
  accountNew: AccountNew;
};
export type AccountGetApiResponse = /** status 200 One account */ Account;
export type AccountGetApiArg = {
  user: string;
};
export type AccountInviteAgainApiResponse = unknown;
export type AccountInviteAgainApiArg = {
  user: string;
};
export type AccountDeactivateApiResponse =
  /** status 200 Deactivate an account; its sessions end */ Account;
export type AccountDeactivateApiArg = {
  user: string;
};
export type AccountActivateApiResponse =
  /** status 200 Activate an account again */ Account;
export type AccountActivateApiArg = {
  user: string;
};
export type AccountUnlockApiResponse =
  /** status 200 Forget an account's failed sign-ins */ Account;
export type AccountUnlockApiArg = {
  user: string;
};
export type AccountSignOutApiResponse = unknown;
export type AccountSignOutApiArg = {
  user: string;
};
export type AccountResetMfaApiResponse =
  /** status 200 Take a lost second factor away; the account's sessions end */ Account;
export type AccountResetMfaApiArg = {
  user: string;
};
export type AccountSetRolesApiResponse =
  /** status 200 Set an account's roles on the platform */ Account;
export type AccountSetRolesApiArg = {
  user: string;
  rolesChange: RolesChange;
};
export type SettingListApiResponse =
  /** status 200 The platform's settings, and those of the file */ PlatformSettings;
export type SettingListApiArg = void;
export type SettingChangeApiResponse =
  /** status 200 Change settings of the platform */ PlatformSettings;
export type SettingChangeApiArg = {
  settingsChange: SettingsChange;
};
export type HealthApiResponse =
  /** status 200 Does the process answer */ Health;
export type HealthApiArg = void;
export type ReadyApiResponse = /** status 200 What works */ Ready;
export type ReadyApiArg = void;
export type LimitsApiResponse =
  /** status 200 Sizes and types that are accepted */ Limits;
export type LimitsApiArg = void;
export type MeApiResponse = /** status 200 Who is signed in */ SessionInfo;
export type MeApiArg = void;
export type ProjectListApiResponse =
  /** status 200 List the projects one is a member of */ ProjectList;
export type ProjectListApiArg = {
  status?: "active" | "archived";
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type ProjectCreateApiResponse =
  /** status 201 Create a project and own it */ Project;
export type ProjectCreateApiArg = {
  /** Repeating a request with the same key gives the same answer once. */
  "Idempotency-Key"?: string;
  projectNew: ProjectNew;
};
export type ProjectGetApiResponse = /** status 200 One project */ Project;
export type ProjectGetApiArg = {
  project: string;
};
export type ProjectUpdateApiResponse =
  /** status 200 Rename, archive or restore a project */ Project;
export type ProjectUpdateApiArg = {
  project: string;
  /** The version last seen, quoted. */
  "If-Match": string;
  projectChange: ProjectChange;
};
export type MemberListApiResponse =
  /** status 200 List a project's members */ MemberList;
export type MemberListApiArg = {
  project: string;
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type SourceListApiResponse = /** status 200 List sources */ SourceList;
export type SourceListApiArg = {
  project: string;
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type SourceCreateApiResponse = /** status 201 Create a source */ Source;
export type SourceCreateApiArg = {
  project: string;
  /** Repeating a request with the same key gives the same answer once. */
  "Idempotency-Key"?: string;
  sourceNew: SourceNew;
};
export type SourceGetApiResponse = /** status 200 One source */ Source;
export type SourceGetApiArg = {
  project: string;
  source: string;
};
export type MappingListApiResponse =
  /** status 200 List the versions of a source's mapping */ MappingVersionList;
export type MappingListApiArg = {
  project: string;
  source: string;
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type MappingCreateApiResponse =
  /** status 201 Confirm a mapping; datasets that wait for one are read again */ MappingVersion;
export type MappingCreateApiArg = {
  project: string;
  source: string;
  /** Repeating a request with the same key gives the same answer once. */
  "Idempotency-Key"?: string;
  mappingNew: MappingNew;
};
export type UploadCreateApiResponse =
  /** status 201 Announce a file and book its space */ Upload;
export type UploadCreateApiArg = {
  project: string;
  /** Repeating a request with the same key gives the same answer once. */
  "Idempotency-Key"?: string;
  uploadNew: UploadNew;
};
export type FileListApiResponse = /** status 200 List files */ FileList;
export type FileListApiArg = {
  project: string;
  source?: string;
  state?:
    | "receiving"
    | "received"
    | "scanning"
    | "clean"
    | "infected"
    | "unscannable"
    | "rejected"
    | "purged";
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type FileGetApiResponse = /** status 200 One file */ File;
export type FileGetApiArg = {
  project: string;
  file: string;
};
export type FileRetryApiResponse =
  /** status 202 Scan a file again that could not be scanned */ File;
export type FileRetryApiArg = {
  project: string;
  file: string;
};
export type DatasetListApiResponse =
  /** status 200 List datasets */ DatasetList;
export type DatasetListApiArg = {
  project: string;
  source?: string;
  state?:
    | "reading"
    | "needs_mapping"
    | "ready"
    | "unreadable"
    | "reversed"
    | "purged";
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type DatasetGetApiResponse = /** status 200 One dataset */ Dataset;
export type DatasetGetApiArg = {
  project: string;
  dataset: string;
};
export type DatasetRowsApiResponse =
  /** status 200 Rows of a dataset */ RecordPage;
export type DatasetRowsApiArg = {
  project: string;
  dataset: string;
  offset?: number;
  /** 100 without. */
  limit?: number;
};
export type DatasetRejectsApiResponse =
  /** status 200 Rows that were not taken, and why */ RejectPage;
export type DatasetRejectsApiArg = {
  project: string;
  dataset: string;
  offset?: number;
  /** 100 without. */
  limit?: number;
};
export type DatasetRowsExportApiResponse =
  /** status 200 Download the rows of a dataset */ Blob;
export type DatasetRowsExportApiArg = {
  project: string;
  dataset: string;
  /** csv without. */
  format?: "csv" | "xlsx";
};
export type DatasetRejectsExportApiResponse =
  /** status 200 Download rejected rows with their cells and reasons, to be repaired */ Blob;
export type DatasetRejectsExportApiArg = {
  project: string;
  dataset: string;
  /** csv without. */
  format?: "csv" | "xlsx";
};
export type PreviewCreateApiResponse =
  /** status 202 Read the dataset's file through a mapping and keep nothing but a preview */ Preview;
export type PreviewCreateApiArg = {
  project: string;
  dataset: string;
  mappingNew: MappingNew;
};
export type PreviewGetApiResponse =
  /** status 200 One's own preview of a dataset, the newest */ Preview;
export type PreviewGetApiArg = {
  project: string;
  dataset: string;
  preview: string;
};
export type DatasetReverseApiResponse =
  /** status 200 Take a dataset back: it stays to be seen, and is used no more */ Dataset;
export type DatasetReverseApiArg = {
  project: string;
  dataset: string;
  reverse: Reverse;
};
export type ReadingListApiResponse =
  /** status 200 Receipts of a dataset's readings */ ReadingList;
export type ReadingListApiArg = {
  project: string;
  dataset: string;
};
export type RepairListApiResponse =
  /** status 200 Files that repair rejected rows of a dataset */ RepairList;
export type RepairListApiArg = {
  project: string;
  dataset: string;
};
export type DuplicateListApiResponse =
  /** status 200 What its file has in common with other files of the source */ DuplicateList;
export type DuplicateListApiArg = {
  project: string;
  dataset: string;
};
export type DuplicateDecideApiResponse =
  /** status 200 Say whether a file repeats another one, or only looks like it */ Duplicate;
export type DuplicateDecideApiArg = {
  project: string;
  dataset: string;
  duplicateDecision: DuplicateDecision;
};
export type ReconciliationListApiResponse =
  /** status 200 List reconciliations */ ReconciliationList;
export type ReconciliationListApiArg = {
  project: string;
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type ReconciliationCreateApiResponse =
  /** status 201 Create a reconciliation of two sources */ Reconciliation;
export type ReconciliationCreateApiArg = {
  project: string;
  /** Repeating a request with the same key gives the same answer once. */
  "Idempotency-Key"?: string;
  reconciliationNew: ReconciliationNew;
};
export type ReconciliationGetApiResponse =
  /** status 200 One reconciliation */ Reconciliation;
export type ReconciliationGetApiArg = {
  project: string;
  reconciliation: string;
};
export type RulesetListApiResponse =
  /** status 200 List the versions of a ruleset */ RulesetVersionList;
export type RulesetListApiArg = {
  project: string;
  reconciliation: string;
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type RulesetCreateApiResponse =
  /** status 201 Write a new version of the ruleset */ RulesetVersion;
export type RulesetCreateApiArg = {
  project: string;
  reconciliation: string;
  /** Repeating a request with the same key gives the same answer once. */
  "Idempotency-Key"?: string;
  rulesetNew: RulesetNew;
};
export type JobListOfReconciliationApiResponse =
  /** status 200 List a reconciliation's jobs */ JobList;
export type JobListOfReconciliationApiArg = {
  project: string;
  reconciliation: string;
  state?: "queued" | "running" | "done" | "failed" | "cancelled";
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type JobCreateApiResponse = /** status 202 Start a job */ Job;
export type JobCreateApiArg = {
  project: string;
  reconciliation: string;
  /** Repeating a request with the same key gives the same answer once. */
  "Idempotency-Key"?: string;
  jobNew: JobNew;
};
export type JobListApiResponse = /** status 200 List jobs */ JobList;
export type JobListApiArg = {
  project: string;
  state?: "queued" | "running" | "done" | "failed" | "cancelled";
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type JobGetApiResponse = /** status 200 One job */ Job;
export type JobGetApiArg = {
  project: string;
  job: string;
};
export type JobCancelApiResponse = /** status 202 Ask a job to stop */ Job;
export type JobCancelApiArg = {
  project: string;
  job: string;
};
export type ReceiptGetApiResponse =
  /** status 200 What a job's result rests on, to be kept */ Receipt;
export type ReceiptGetApiArg = {
  project: string;
  job: string;
};
export type JobModelGetApiResponse =
  /** status 200 What a job learned: weights per level, keys, windows */ Model;
export type JobModelGetApiArg = {
  project: string;
  job: string;
};
export type SampleGetApiResponse =
  /** status 200 Confirmed matches to check blind, and what the checks prove */ Sample;
export type SampleGetApiArg = {
  project: string;
  job: string;
  /** 20 without. */
  limit?: number;
};
export type ModelListApiResponse =
  /** status 200 List the versions of a reconciliation's model */ ModelVersionList;
export type ModelListApiArg = {
  project: string;
  reconciliation: string;
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type ModelCreateApiResponse =
  /** status 201 Pin a model, of a job or written: later jobs only score by it */ ModelVersion;
export type ModelCreateApiArg = {
  project: string;
  reconciliation: string;
  /** Repeating a request with the same key gives the same answer once. */
  "Idempotency-Key"?: string;
  modelNew: ModelNew;
};
export type ModelGetApiResponse =
  /** status 200 One version of a model */ ModelVersion;
export type ModelGetApiArg = {
  project: string;
  reconciliation: string;
  no: number;
};
export type ModelUnpinApiResponse = unknown;
export type ModelUnpinApiArg = {
  project: string;
  reconciliation: string;
};
export type ViewCreateApiResponse =
  /** status 201 Select and order matches or open items */ View;
export type ViewCreateApiArg = {
  project: string;
  reconciliation: string;
  viewNew: ViewNew;
};
export type ViewRowsApiResponse = /** status 200 Rows of a view */ ViewRows;
export type ViewRowsApiArg = {
  project: string;
  view: string;
  offset?: number;
  /** 100 without. */
  limit?: number;
};
export type ViewExportApiResponse =
  /** status 200 Download the matches or open items of a view */ Blob;
export type ViewExportApiArg = {
  project: string;
  view: string;
  /** csv without. */
  format?: "csv" | "xlsx";
};
export type ViewFacetsApiResponse =
  /** status 200 Values of a view's rows, counted */ FacetList;
export type ViewFacetsApiArg = {
  project: string;
  view: string;
};
export type EvidenceGetApiResponse =
  /** status 200 Why a match is one */ Evidence;
export type EvidenceGetApiArg = {
  project: string;
  job: string;
  no: number;
};
export type DecisionListApiResponse =
  /** status 200 List the decision log, newest first */ DecisionList;
export type DecisionListApiArg = {
  project: string;
  reconciliation: string;
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type DecisionCreateApiResponse =
  /** status 201 Confirm or reject a match, or undo a decision */ Decision;
export type DecisionCreateApiArg = {
  project: string;
  reconciliation: string;
  /** The version last seen, quoted. */
  "If-Match": string;
  /** Repeating a request with the same key gives the same answer once. */
  "Idempotency-Key"?: string;
  decisionNew: DecisionNew;
};
export type ExceptionCreateApiResponse =
  /** status 201 Open an exception about an open item or a match */ Exception;
export type ExceptionCreateApiArg = {
  project: string;
  reconciliation: string;
  /** Repeating a request with the same key gives the same answer once. */
  "Idempotency-Key"?: string;
  exceptionNew: ExceptionNew;
};
export type ExceptionListApiResponse =
  /** status 200 List exceptions */ ExceptionList;
export type ExceptionListApiArg = {
  project: string;
  reconciliation?: string;
  state?:
    "open" | "in_progress" | "waiting" | "resolved" | "closed" | "reopened";
  /** Neither resolved nor closed. */
  live?: boolean;
  severity?: "low" | "medium" | "high" | "critical";
  owner?: string;
  team?: string;
  reason?: string;
  type?: string;
  overdue?: boolean;
  /** At least so many days old. */
  ageMin?: number;
  /** Soonest due, oldest, largest or most severe first; else the newest. */
  sort?: "due" | "age" | "amount" | "severity";
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type ExceptionBulkApiResponse =
  /** status 200 Change all exceptions that a filter selects; first only asked, then by token */ ExceptionBulkResult;
export type ExceptionBulkApiArg = {
  project: string;
  exceptionBulk: ExceptionBulk;
};
export type ExceptionExportApiResponse =
  /** status 200 Download exceptions: as a sheet to edit, or as lines of JSON */ Blob;
export type ExceptionExportApiArg = {
  project: string;
  reconciliation?: string;
  state?:
    "open" | "in_progress" | "waiting" | "resolved" | "closed" | "reopened";
  /** Neither resolved nor closed. */
  live?: boolean;
  severity?: "low" | "medium" | "high" | "critical";
  owner?: string;
  team?: string;
  reason?: string;
  type?: string;
  overdue?: boolean;
  /** At least so many days old. */
  ageMin?: number;
  /** Soonest due, oldest, largest or most severe first; else the newest. */
  sort?: "due" | "age" | "amount" | "severity";
  /** csv without. */
  format?: "csv" | "xlsx" | "ndjson";
};
export type ExceptionSheetApiResponse =
  /** status 200 Change exceptions as an edited sheet has them; first only asked, then by token */ ExceptionSheetResult;
export type ExceptionSheetApiArg = {
  project: string;
  exceptionSheet: ExceptionSheet;
};
export type ExceptionGetApiResponse = /** status 200 One exception */ Exception;
export type ExceptionGetApiArg = {
  project: string;
  exception: string;
};
export type ExceptionUpdateApiResponse =
  /** status 200 Change an exception: its state, owner, reason, due date … */ Exception;
export type ExceptionUpdateApiArg = {
  project: string;
  exception: string;
  /** The version last seen, quoted. */
  "If-Match": string;
  exceptionEdit: ExceptionEdit;
};
export type ExceptionHistoryApiResponse =
  /** status 200 What became of an exception */ ExceptionHistory;
export type ExceptionHistoryApiArg = {
  project: string;
  exception: string;
};
export type ExceptionCommentListApiResponse =
  /** status 200 List comments, newest first */ ExceptionCommentList;
export type ExceptionCommentListApiArg = {
  project: string;
  exception: string;
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type ExceptionCommentCreateApiResponse =
  /** status 201 Comment on an exception, and mention members */ Comment;
export type ExceptionCommentCreateApiArg = {
  project: string;
  exception: string;
  /** Repeating a request with the same key gives the same answer once. */
  "Idempotency-Key"?: string;
  exceptionCommentNew: ExceptionCommentNew;
};
export type ReasonListApiResponse =
  /** status 200 List the project's reason codes */ ReasonList;
export type ReasonListApiArg = {
  project: string;
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type ReasonCreateApiResponse =
  /** status 201 Make a reason code */ Reason;
export type ReasonCreateApiArg = {
  project: string;
  /** Repeating a request with the same key gives the same answer once. */
  "Idempotency-Key"?: string;
  reasonNew: ReasonNew;
};
export type ReasonUpdateApiResponse =
  /** status 200 Rename or retire a reason code */ Reason;
export type ReasonUpdateApiArg = {
  project: string;
  reason: string;
  /** The version last seen, quoted. */
  "If-Match": string;
  reasonChange: ReasonChange;
};
export type ExceptionPolicyGetApiResponse =
  /** status 200 How severe a value is, and how long it may take */ ExceptionPolicy;
export type ExceptionPolicyGetApiArg = {
  project: string;
};
export type ExceptionPolicySetApiResponse =
  /** status 200 Set how severe a value is, and how long it may take */ ExceptionPolicy;
export type ExceptionPolicySetApiArg = {
  project: string;
  /** The version last seen, quoted. */
  "If-Match": string;
  exceptionPolicyNew: ExceptionPolicyNew;
};
export type WebhookListApiResponse =
  /** status 200 List webhooks */ WebhookList;
export type WebhookListApiArg = {
  project: string;
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type WebhookCreateApiResponse =
  /** status 201 Create a webhook; the answer shows its secret once */ WebhookCreated;
export type WebhookCreateApiArg = {
  project: string;
  webhookNew: WebhookNew;
};
export type WebhookGetApiResponse = /** status 200 One webhook */ Webhook;
export type WebhookGetApiArg = {
  project: string;
  webhook: string;
};
export type WebhookUpdateApiResponse =
  /** status 200 Change, pause or go on with a webhook */ Webhook;
export type WebhookUpdateApiArg = {
  project: string;
  webhook: string;
  webhookChange: WebhookChange;
};
export type WebhookDeleteApiResponse = unknown;
export type WebhookDeleteApiArg = {
  project: string;
  webhook: string;
};
export type WebhookRotateApiResponse =
  /** status 200 Give a webhook a new secret; the old one signs too for a day */ WebhookCreated;
export type WebhookRotateApiArg = {
  project: string;
  webhook: string;
};
export type DeliveryListApiResponse =
  /** status 200 List messages to a webhook */ DeliveryList;
export type DeliveryListApiArg = {
  project: string;
  webhook: string;
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type DeliveryTriesApiResponse =
  /** status 200 Tries to deliver a message */ DeliveryTryList;
export type DeliveryTriesApiArg = {
  project: string;
  webhook: string;
  delivery: string;
};
export type DeliveryAgainApiResponse = unknown;
export type DeliveryAgainApiArg = {
  project: string;
  webhook: string;
  delivery: string;
};
export type AuditListApiResponse =
  /** status 200 The audit log, newest first */ AuditList;
export type AuditListApiArg = {
  project?: string;
  /** At or after it. */
  from?: string;
  /** Before it. */
  to?: string;
  actor?: string;
  action?: string;
  object?: string;
  outcome?: "done" | "refused" | "failed";
  requestId?: string;
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type AuditExportApiResponse =
  /** status 200 Download the audit log, oldest first */ Blob;
export type AuditExportApiArg = {
  project?: string;
  /** At or after it. */
  from?: string;
  /** Before it. */
  to?: string;
  actor?: string;
  action?: string;
  object?: string;
  outcome?: "done" | "refused" | "failed";
  requestId?: string;
  /** ndjson without: the log as it can be verified. */
  format?: "ndjson" | "csv" | "xlsx";
};
export type ProjectAuditListApiResponse =
  /** status 200 A project's part of the audit log, newest first */ AuditList;
export type ProjectAuditListApiArg = {
  project: string;
  /** At or after it. */
  from?: string;
  /** Before it. */
  to?: string;
  actor?: string;
  action?: string;
  object?: string;
  outcome?: "done" | "refused" | "failed";
  requestId?: string;
  /** 100 without. */
  limit?: number;
  cursor?: string;
};
export type ProjectAuditExportApiResponse =
  /** status 200 Download a project's part of the audit log, oldest first */ Blob;
export type ProjectAuditExportApiArg = {
  project: string;
  /** At or after it. */
  from?: string;
  /** Before it. */
  to?: string;
  actor?: string;
  action?: string;
  object?: string;
  outcome?: "done" | "refused" | "failed";
  requestId?: string;
  /** ndjson without: the log as it can be verified. */
  format?: "ndjson" | "csv" | "xlsx";
};
export type User = {
  id: string;
  email: string;
  display_name: string;
  platform_roles: ("administrator" | "auditor")[];
};
export type Session = {
  id: string;
  created_at: string;
  idle_expires_at: string;
  absolute_expires_at: string;
  /** May only set up the second factor that a role demands. */
  restricted: boolean;
};
export type SessionInfo = {
  user: User;
  /** null for an API key */
  session: Session | null;
  /** To echo in X-CSRF-Token; null for an API key */
  csrf_token: string | null;
};
export type ProblemError = {
  /** JSON pointer into the body, or ?name for a query parameter. */
  pointer: string;
  code: string;
  detail: string;
};
export type Problem = {
  type: string;
  title: string;
  status: number;
  /** Stable; for programs. */
  code: string;
  /** For people. */
  detail: string;
  request_id: string;
  errors: ProblemError[];
};
export type SignIn = {
  email: string;
  password: string;
};
export type SecondFactor = {
  code: string;
};
export type Redeem = {
  code: string;
  password: string;
  display_name?: string;
};
export type PasswordForget = {
  email: string;
};
export type Register = {
  email: string;
  display_name: string;
};
export type PasswordChange = {
  password: string;
  new_password: string;
};
export type ProfileChange = {
  display_name: string;
};
export type StepUp = {
  password?: string;
  code?: string;
};
export type SessionRow = {
  id: string;
  current: boolean;
  created_at: string;
  used_at: string;
  idle_expires_at: string;
  absolute_expires_at: string;
  address: string | null;
  agent: string;
};
export type SessionList = {
  items: SessionRow[];
  next_cursor: string | null;
};
export type Mfa = {
  /** One-time passwords are set up. */
  totp: boolean;
  totp_at: string | null;
  recovery_codes_left: number;
  /** A role demands a second factor. */
  required: boolean;
};
export type TotpBegun = {
  /** Base32, to type. */
  secret: string;
  /** otpauth://, to be shown as a QR code. */
  uri: string;
};
export type RecoveryCodes = {
  codes: string[];
};
export type ApiKey = {
  id: string;
  name: string;
  project: string | null;
  scopes: ("read" | "upload" | "run" | "decide" | "manage")[];
  /** In CIDR notation; none: from anywhere. */
  networks: string[];
  created_at: string;
  expires_at: string;
  used_at: string | null;
  revoked_at: string | null;
};
export type ApiKeyList = {
  items: ApiKey[];
  next_cursor: string | null;
};
export type ApiKeyCreated = {
  api_key: ApiKey;
  /** The key itself; shown this once. */
  secret: string;
};
export type ApiKeyNew = {
  name: string;
  /** Without it, all of them. */
  scopes?: ("read" | "upload" | "run" | "decide" | "manage")[];
  /** Without it, all projects of its owner. */
  project?: string;
  /** Where it may be used from, in CIDR notation. */
  networks?: string[];
  expires_in_days: number;
};
export type Account = {
  id: string;
  email: string;
  display_name: string;
  status: "invited" | "active" | "disabled";
  platform_roles: ("administrator" | "auditor")[];
  second_factor: boolean;
  /** Sign-ins that failed since the last one. */
  failures: number;
  /** Too many of them. */
  locked_until: string | null;
  created_at: string;
  /** Last seen in a session that is still remembered. */
  used_at: string | null;
};
export type AccountList = {
  items: Account[];
  next_cursor: string | null;
};
export type AccountNew = {
  email: string;
  display_name: string;
  platform_roles?: ("administrator" | "auditor")[];
};
export type RolesChange = {
  platform_roles: ("administrator" | "auditor")[];
};
export type Settings = {
  /** Anybody with an e-mail address may make an account. */
  registration_open: boolean;
  /** How long an invitation, or the link of a new account, works. */
  invitation_seconds: number;
  /** How long the link for a new password works. */
  reset_seconds: number;
  /** Roles whose holders must have a second factor. */
  mfa_roles: (
    | "administrator"
    | "auditor"
    | "viewer"
    | "uploader"
    | "analyst"
    | "approver"
    | "owner"
  )[];
};
export type FileSetting = {
  key: string;
  /** null: a secret */
  value: string | null;
  text: string;
};
export type PlatformSettings = {
  settings: Settings;
  file: FileSetting[];
};
export type SettingsChange = {
  /** Anybody with an e-mail address may make an account. */
  registration_open?: boolean;
  /** How long an invitation, or the link of a new account, works. */
  invitation_seconds?: number;
  /** How long the link for a new password works. */
  reset_seconds?: number;
  /** Roles whose holders must have a second factor. */
  mfa_roles?: (
    | "administrator"
    | "auditor"
    | "viewer"
    | "uploader"
    | "analyst"
    | "approver"
    | "owner"
  )[];
};
export type Health = {
  status: "ok";
};
export type ReadyPart = {
  name: string;
  status: "up" | "down" | "unknown";
  detail: string;
};
export type Ready = {
  status: "ready" | "degraded";
  parts: ReadyPart[];
};
export type LimitsUpload = {
  max_bytes: number;
  part_bytes: number;
  /** Extensions without the dot. */
  types: string[];
};
export type LimitsJson = {
  max_bytes: number;
  depth: number;
};
export type LimitsRows = {
  max: number;
};
export type Limits = {
  upload: LimitsUpload;
  json: LimitsJson;
  rows: LimitsRows;
};
export type Project = {
  id: string;
  name: string;
  status: "active" | "archived";
  time_zone: string;
  base_currency: string;
  role: "viewer" | "uploader" | "analyst" | "approver" | "owner";
  created_at: string;
  version: number;
};
export type ProjectList = {
  items: Project[];
  next_cursor: string | null;
};
export type ProjectNew = {
  name: string;
  time_zone: string;
  base_currency: string;
};
export type ProjectChange = {
  name?: string;
  status?: "active" | "archived";
};
export type Member = {
  user: string;
  display_name: string;
  email: string;
  role: "viewer" | "uploader" | "analyst" | "approver" | "owner";
  added_at: string;
};
export type MemberList = {
  items: Member[];
  next_cursor: string | null;
};
export type Source = {
  id: string;
  name: string;
  kind: "ledger" | "bank" | "orders" | "settlements" | "other";
  time_zone: string;
  currency: string | null;
  mapping_version: number | null;
  created_at: string;
};
export type SourceList = {
  items: Source[];
  next_cursor: string | null;
};
export type SourceNew = {
  name: string;
  kind: "ledger" | "bank" | "orders" | "settlements" | "other";
  time_zone: string;
  currency?: string | null;
};
export type Dialect = {
  delimiter?: string;
  quote?: string;
  encoding?: string;
  /** Texts have the apostrophe that exports put before formulas. */
  guard?: boolean;
  /** Of a workbook; without it the first visible one. */
  sheet?: string;
  header_row?: number;
  header_rows?: number;
  skip_rows?: number;
  footer_rows?: number;
  [key: string]: any;
};
export type MappingField = {
  field: string;
  type:
    | "text"
    | "code"
    | "amount"
    | "quantity"
    | "rate"
    | "date"
    | "number"
    | "currency";
  column?: string;
  columns?: string[];
  sign?: "plain" | "negate" | "debit_credit" | "credit_debit" | "marker";
  negative?: string[];
  scale?: number;
  required?: boolean;
  [key: string]: any;
};
export type Mapping = {
  format:
    | "ods"
    | "xlsx"
    | "xls"
    | "camt"
    | "mt940"
    | "bai2"
    | "ofx"
    | "qif"
    | "jsonl"
    | "csv";
  dialect?: Dialect;
  decimal?: string;
  thousands?: string;
  date_order?: "ymd" | "dmy" | "mdy";
  currency?: string;
  rounding?: "none" | "half_even" | "half_up";
  fields: MappingField[];
  [key: string]: any;
};
export type MappingVersion = {
  version: number;
  mapping: Mapping;
  created_at: string;
};
export type MappingVersionList = {
  items: MappingVersion[];
  next_cursor: string | null;
};
export type MappingNew = {
  mapping: Mapping;
};
export type Upload = {
  id: string;
  file: string;
  /** PUT it whole, or PATCH parts as in tus 1.0. */
  href: string;
  part_bytes: number;
  expires_at: string;
};
export type UploadNew = {
  source: string;
  name: string;
  size: number;
  /** Compared when the file is whole. */
  sha256?: string;
  /** A dataset of the source: the file has rejected rows of it, repaired. */
  repairs?: string;
};
export type Finding = {
  code: string;
  detail: string;
};
export type File = {
  id: string;
  source: string;
  name: string;
  size: number;
  sha256: string | null;
  state:
    | "receiving"
    | "received"
    | "scanning"
    | "clean"
    | "infected"
    | "unscannable"
    | "rejected"
    | "purged";
  verdict: Finding | null;
  uploaded_by: string;
  uploaded_at: string;
  /** The newest one read from it. */
  dataset: string | null;
  /** The dataset whose rejected rows it repairs. */
  repairs: string | null;
  version: number;
};
export type FileList = {
  items: File[];
  next_cursor: string | null;
};
export type Money = {
  minor: string;
  currency: string;
};
export type FieldSum = {
  field: string;
  money: Money;
};
export type ProposalColumn = {
  name: string;
  type: string;
  confidence: number;
  field?: string | null;
  alternatives: string[];
  samples: string[];
  [key: string]: any;
};
export type ProposalQuestion = {
  code: string;
  detail: string;
  pointer: string;
  choices: string[];
  [key: string]: any;
};
export type Proposal = {
  mapping: Mapping;
  confidence: number;
  columns: ProposalColumn[];
  questions: ProposalQuestion[];
  [key: string]: any;
};
export type StatementBalance = {
  /** Decimal, credit positive. */
  amount: string;
  day: string | null;
};
export type StatementCheck = {
  what: string;
  agrees: boolean;
  [key: string]: any;
};
export type Statement = {
  account: string | null;
  number: string | null;
  currency: string | null;
  from: string | null;
  to: string | null;
  opening: StatementBalance | null;
  closing: StatementBalance | null;
  available: StatementBalance | null;
  entries: number;
  /** Of the booked entries, decimal. */
  sum: string;
  line: number;
  proof: "unproven" | "proven" | "differs";
  difference?: string;
  checks: StatementCheck[];
};
export type Reversal = {
  at: string;
  by: string;
  note: string | null;
};
export type Dataset = {
  id: string;
  /** Its number inside result files. */
  no: number;
  source: string;
  file: string;
  mapping_version: number | null;
  state:
    | "reading"
    | "needs_mapping"
    | "ready"
    | "unreadable"
    | "reversed"
    | "purged";
  rows_read: number;
  rows_accepted: number;
  rows_rejected: number;
  rows_skipped: number;
  sums: FieldSum[];
  proposal: Proposal | null;
  statements: Statement[] | null;
  error: Finding | null;
  reversal: Reversal | null;
  created_at: string;
};
export type DatasetList = {
  items: Dataset[];
  next_cursor: string | null;
};
export type Record = {
  /** null where rows are shown outside of a job */
  side: ("left" | "right") | null;
  dataset: string;
  row: number;
  date: string | null;
  amount: Money | null;
  currency: string | null;
  text: string | null;
  reference: string | null;
  /** Every column, as text. */
  fields: {
    [key: string]: string;
  };
};
export type RecordPage = {
  items: Record[];
  offset: number;
  total: number;
};
export type Reject = {
  row: number;
  line: number;
  column: string | null;
  value: string | null;
  code: string;
  detail: string;
};
export type RejectPage = {
  items: Reject[];
  offset: number;
  total: number;
};
export type PreviewField = {
  field: string;
  type:
    | "text"
    | "code"
    | "amount"
    | "quantity"
    | "rate"
    | "date"
    | "number"
    | "currency";
  columns: string[];
};
export type PreviewCell = {
  /** As text: a day, a decimal, a code. */
  value: string | null;
  money: Money | null;
  /** Cells of the field's columns as they are in the file. */
  raw: string[];
};
export type PreviewRow = {
  line: number;
  /** In the order of the fields. */
  cells: PreviewCell[];
};
export type PreviewResult = {
  fields: PreviewField[];
  sums: FieldSum[];
  rows: PreviewRow[];
  rejects: Reject[];
};
export type Preview = {
  id: string;
  dataset: string;
  state: "waiting" | "done" | "failed";
  rows_read: number;
  rows_accepted: number;
  rows_rejected: number;
  rows_skipped: number;
  /** null until it is done */
  result: PreviewResult | null;
  error: Finding | null;
  created_at: string;
};
export type Reverse = {
  /** Why. */
  note: string;
};
export type ReadingReceipt = {
  [key: string]: any;
};
export type Reading = {
  no: number;
  file: string;
  receipt: ReadingReceipt;
  /** Of the receipt as canonical JSON: members sorted, no blanks. */
  sha256: string;
  created_at: string;
};
export type ReadingList = {
  items: Reading[];
};
export type Repair = {
  file: string;
  name: string;
  file_state:
    | "receiving"
    | "received"
    | "scanning"
    | "clean"
    | "infected"
    | "unscannable"
    | "rejected"
    | "purged";
  state: "waiting" | "applied" | "refused";
  rows_repaired: number;
  rows_rejected: number;
  /** Their line is of no rejected row (any more). */
  rows_ignored: number;
  error: Finding | null;
  created_at: string;
  ended_at: string | null;
};
export type RepairList = {
  items: Repair[];
};
export type Duplicate = {
  /** The later one. */
  file: string;
  /** The earlier one. */
  other: string;
  kind: "file" | "statement" | "rows";
  /** Statements or rows; 1 for the whole file. */
  count: number;
  verdict: "open" | "duplicate" | "distinct";
  decided_by: string | null;
  decided_at: string | null;
  found_at: string;
};
export type DuplicateList = {
  items: Duplicate[];
};
export type DuplicateDecision = {
  /** The other file of the two. */
  other: string;
  kind: "file" | "statement" | "rows";
  /** open takes a decision back. */
  verdict: "open" | "duplicate" | "distinct";
};
export type JobMoney = {
  side: "left" | "right";
  currency: string;
  accepted: string;
  matched: string;
  open: string;
  balanced: boolean;
};
export type ReliabilityTenth = {
  from: string;
  decisions: number;
  said: string;
  seen: string;
  /** 95 % interval of what was seen. */
  low: string;
  high: string;
};
export type Calibration = {
  kind: "uncalibrated" | "two parameters" | "isotonic";
  decisions: number;
  errors: number;
  reliability: ReliabilityTenth[];
  [key: string]: any;
};
export type IdentityRows = {
  side: "left" | "right";
  brought_forward: number;
  accepted: number;
  matched: number;
  written_off: number;
  excluded: number;
  open: number;
  holds: boolean;
};
export type IdentityMoney = {
  side: "left" | "right";
  currency: string | null;
  opening_items: string;
  accepted: string;
  allocated: string;
  written_off: string;
  excluded: string;
  closing_items: string;
  /** By suggested and ambiguous matches. */
  of_closing_reserved: string;
  holds: boolean;
};
export type IdentityStatement = {
  side: "left" | "right";
  account: string | null;
  number: string | null;
  currency: string | null;
  opening: string | null;
  entries: string;
  closing: string | null;
  /** null: there is none before it. */
  follows: boolean | null;
  /** null: a balance is not known. */
  holds: boolean | null;
};
export type IdentityMatched = {
  currency: string | null;
  left: string;
  right: string;
  differences: {
    [key: string]: string;
  };
  holds: boolean;
};
export type IdentityProof = {
  currency: string | null;
  balance_left: string;
  balance_right: string;
  closing_items_left: string;
  closing_items_right: string;
  differences_not_booked: string;
  holds: boolean;
};
export type Identities = {
  rows: IdentityRows[];
  money: IdentityMoney[];
  statement: IdentityStatement[];
  matched: IdentityMatched[];
  proof: IdentityProof[];
};
export type AdviceSummary = {
  lines: number;
  lines_settled: number;
  /** They name a record that is not open here. */
  lines_unknown: number;
  /** Their lines do not add up. */
  records_differing: number;
};
export type JobSummary = {
  left_rows: number;
  right_rows: number;
  confirmed: number;
  suggested: number;
  ambiguous: number;
  open_left: number;
  open_right: number;
  money: JobMoney[];
  calibration?: Calibration;
  parameters?: "learned" | "prior";
  /** Nothing was left out by a budget. */
  search_complete?: boolean;
  candidate_recall?: string | null;
  /** Open items that were brought forward. */
  carried?: number;
  identities?: Identities;
  advice?: AdviceSummary;
  [key: string]: any;
};
export type JobInput = {
  side: "left" | "right" | "advice";
  dataset: string;
  /** When the reconciliation first took it in. */
  first_seen: string | null;
  /** An earlier job had it: its open items are brought forward. */
  carried: boolean;
};
export type Job = {
  id: string;
  reconciliation: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  phase: string;
  done: number;
  total: number;
  rate: number;
  eta_ms: number | null;
  attempt: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  error: Finding | null;
  summary: JobSummary | null;
  result_hash: string | null;
  inputs: JobInput[];
  /** There is a receipt to be read. */
  receipt: boolean;
  /** Something was learned, and can be read. */
  model: boolean;
  ruleset_version: number | null;
  /** The pinned one that it scored by. */
  model_version: number | null;
};
export type Reconciliation = {
  id: string;
  name: string;
  status: "active" | "archived";
  left: string;
  right: string;
  /** Source of lines that say what settles what. */
  advice: string | null;
  ruleset_version: number | null;
  /** Pinned; null: jobs learn. */
  model_version: number | null;
  /** Of the decision log: for If-Match. */
  version: number;
  last_job: Job | null;
  created_at: string;
};
export type ReconciliationList = {
  items: Reconciliation[];
  next_cursor: string | null;
};
export type Ruleset = {
  [key: string]: any;
};
export type ReconciliationNew = {
  name: string;
  left: string;
  right: string;
  /** Remittance advice, payout reports, lockboxes. */
  advice?: string;
  ruleset?: Ruleset;
};
export type RulesetVersion = {
  version: number;
  ruleset: Ruleset;
  created_at: string;
};
export type RulesetVersionList = {
  items: RulesetVersion[];
  next_cursor: string | null;
};
export type RulesetNew = {
  ruleset: Ruleset;
};
export type JobList = {
  items: Job[];
  next_cursor: string | null;
};
export type JobNew = {
  left: string[];
  right: string[];
  /** A dataset of the source of advice. */
  advice?: string[];
};
export type ReceiptInput = {
  side: "left" | "right" | "advice";
  dataset: string;
  name: string;
  /** Of the file. */
  sha256: string;
  content_sha256: string;
  mapping_version: number;
  mapping_sha256: string;
  rows_read: number;
  rows_accepted: number;
  rows_rejected: number;
  rows_skipped: number;
  carried: boolean;
  first_seen: string | null;
  [key: string]: any;
};
export type ReceiptSample = {
  seed: string;
  target: string;
  population: number;
  checked: number;
  verdict: "shown" | "not yet shown";
  [key: string]: any;
};
export type CarriedItem = {
  dataset: number;
  row: number;
  remaining_minor: string;
  first_seen: string | null;
};
export type ReceiptPass = {
  name: string;
  confirmed: number;
  suggested: number;
  ambiguous: number;
  [key: string]: any;
};
export type ReceiptHashed = {
  engine: number;
  ruleset: string;
  ruleset_sha256: string;
  ruleset_version?: number;
  model_version?: number;
  model_sha256?: string;
  inputs: ReceiptInput[];
  calibration: Calibration;
  sample: ReceiptSample;
  carried: CarriedItem[];
  identities: Identities;
  passes: ReceiptPass[];
  search_complete: boolean;
  result_sha256: string;
  [key: string]: any;
};
export type ReceiptUnhashed = {
  seconds: string;
  threads: number;
  [key: string]: any;
};
export type Receipt = {
  hashed: ReceiptHashed;
  /** Of the text of hashed. */
  receipt_sha256: string;
  unhashed: ReceiptUnhashed;
};
export type ModelLevel = {
  name: string;
  from: number;
  to: number;
};
export type ModelComparison = {
  field: string;
  compared_as: string;
  tells_bits: string;
  used: boolean;
  levels: ModelLevel[];
  m_bits: string[];
  u_bits: string[];
  [key: string]: any;
};
export type ModelPass = {
  pass: string;
  learned: boolean;
  expected_matches: string;
  theta_bits: string;
  candidate_recall: string;
  comparisons: ModelComparison[];
  [key: string]: any;
};
export type Model = {
  model: number;
  passes: ModelPass[];
  [key: string]: any;
};
export type MatchRef = {
  job: string;
  no: number;
};
export type SampleItem = {
  match: MatchRef;
  left: Record[];
  right: Record[];
};
export type Sample = {
  /** As in the receipt. */
  seed: string;
  population: number;
  checked: number;
  wrong: number;
  /** Share that is wrong. */
  seen: number;
  /** 95 % interval of it (Clopper-Pearson). */
  low: number;
  high: number;
  /** At most so many are wrong, with 95 %. */
  bound: number;
  /** What is to be shown: 1 in 1,000. */
  target: number;
  shown: boolean;
  /** Lowest confidence at which the target is shown. */
  confirm_line: number | null;
  /** Further checks without error that would show it. */
  more: number;
  /** Of the decision log: for If-Match. */
  version: number;
  /** The next ones to check. */
  items: SampleItem[];
};
export type ModelVersionRow = {
  version: number;
  sha256: string;
  job: string | null;
  created_at: string;
};
export type ModelVersionList = {
  items: ModelVersionRow[];
  next_cursor: string | null;
};
export type ModelText = {
  [key: string]: any;
};
export type ModelVersion = {
  version: number;
  /** Of its text. */
  sha256: string;
  /** That learned it; null: somebody wrote it. */
  job: string | null;
  model: ModelText;
  created_at: string;
};
export type ModelNew = {
  job?: string;
  model?: ModelText;
};
export type View = {
  view: string;
  total: number;
  /** Of the decision log that it was made at. */
  version: number;
};
export type ViewFilter = {
  pass?: string[];
  kind?: (
    | "1:1"
    | "1:n"
    | "n:1"
    | "n:m"
    | "partial"
    | "net left"
    | "net right"
    | "same"
  )[];
  status?: ("confirmed" | "suggested" | "ambiguous")[];
  state?: ("confirmed" | "suggested" | "ambiguous" | "rejected" | "undone")[];
  break_type?: (
    | "missing"
    | "in_transit"
    | "overdue"
    | "not_in_period"
    | "amount_differs"
    | "date_outside"
    | "duplicate"
    | "duplicate_payment"
    | "sign_reversed"
    | "digits_transposed"
    | "rounding"
    | "fee_tax"
    | "currency_differs"
    | "partial"
    | "reference_mistyped"
    | "advice_differs"
    | "stale"
  )[];
  confidence_min?: number;
  confidence_max?: number;
  margin_max?: number;
  amount_min?: string;
  amount_max?: string;
  currency?: string;
  date_from?: string;
  date_to?: string;
  /** A part of any text of its records. */
  text?: string;
  /** Numbers of evidence patterns, as the facet has them. */
  pattern?: number[];
};
export type ViewSort = {
  /** review: the value of deciding: money times doubt times what it frees. */
  field:
    | "no"
    | "date"
    | "amount"
    | "confidence"
    | "margin"
    | "status"
    | "state"
    | "kind"
    | "pass"
    | "break_type"
    | "first_seen"
    | "pattern"
    | "review";
  descending?: boolean;
};
export type ViewNew = {
  /** Without it, the last finished one. */
  job?: string;
  kind: "matches" | "open_items";
  side?: "left" | "right";
  filter?: ViewFilter;
  sort?: ViewSort[];
};
export type Difference = {
  type:
    | "none"
    | "rounding"
    | "fee"
    | "discount"
    | "deduction"
    | "tax"
    | "fx"
    | "unexplained";
  money: Money | null;
};
export type KOfN = {
  k: number;
  n: number;
};
export type MatchChoice = {
  left: KOfN;
  right: KOfN;
};
export type Alternative = {
  record: Record;
  confidence: number | null;
};
export type MatchRow = {
  match: MatchRef;
  kind:
    | "1:1"
    | "1:n"
    | "n:1"
    | "n:m"
    | "partial"
    | "net left"
    | "net right"
    | "same";
  pass: string;
  /** The engine's. */
  status: "confirmed" | "suggested" | "ambiguous";
  /** After people's decisions. */
  state: "confirmed" | "suggested" | "ambiguous" | "rejected" | "undone";
  /** 0 to 1 */
  confidence: number | null;
  /** To the runner-up. */
  margin: number | null;
  difference: Difference;
  left: Record[];
  right: Record[];
  /** k of n; null: it is no such question. */
  choice: MatchChoice | null;
  /** Of an ambiguous match: what it might hold instead. */
  alternatives: Alternative[];
};
export type ViewMatches = {
  kind: "matches";
  items: MatchRow[];
  offset: number;
  total: number;
  version: number;
};
export type Nearest = {
  record: Record;
  confidence: number | null;
};
export type OpenItemRow = {
  record: Record;
  side: "left" | "right";
  break_type:
    | "missing"
    | "in_transit"
    | "overdue"
    | "not_in_period"
    | "amount_differs"
    | "date_outside"
    | "duplicate"
    | "duplicate_payment"
    | "sign_reversed"
    | "digits_transposed"
    | "rounding"
    | "fee_tax"
    | "currency_differs"
    | "partial"
    | "reference_mistyped"
    | "advice_differs"
    | "stale";
  remaining: Money | null;
  /** When the reconciliation first took its dataset in. */
  first_seen: string | null;
  nearest: Nearest | null;
};
export type ViewOpenItems = {
  kind: "open_items";
  items: OpenItemRow[];
  offset: number;
  total: number;
  version: number;
};
export type ViewRows =
  | ({
      kind: "matches";
    } & ViewMatches)
  | ({
      kind: "open_items";
    } & ViewOpenItems);
export type FacetValue = {
  /** Of ranges (confidence, margin, date, amount) the lower end. */
  value: string;
  /** Of a pattern: the levels that it consists of. */
  label: string | null;
  count: number;
  money: Money[];
};
export type Facet = {
  field: string;
  values: FacetValue[];
};
export type FacetList = {
  facets: Facet[];
};
export type Comparison = {
  field: string;
  left: string | null;
  right: string | null;
  level: string;
  /** Evidence for (positive) or against, in bits. */
  bits: number;
};
export type GroupEvidence = {
  /** Records that were searched. */
  pool: number;
  /** log2 of the sums expected to fit by chance. */
  chance_bits: number;
};
export type RunnerUp = {
  confidence: number | null;
  left: Record[];
  right: Record[];
  comparisons: Comparison[];
};
export type Evidence = {
  comparisons: Comparison[];
  /** Before the comparisons: the odds of any two records. */
  prior_bits: number;
  /** Between the comparisons and the confidence: what rivals take away, what a sum adds. */
  other_bits: number;
  group: GroupEvidence | null;
  confidence: number | null;
  margin: number | null;
  runner_up: RunnerUp | null;
};
export type RecordRef = {
  dataset: string;
  row: number;
};
export type Decision = {
  id: string;
  seq: number;
  kind:
    "confirm" | "reject" | "match" | "split" | "unmatch" | "write_off" | "undo";
  match: MatchRef | null;
  /** The one that it undoes. */
  decision: string | null;
  /** That were chosen; null: the match as it stood. */
  records: RecordRef[] | null;
  note: string | null;
  user: string;
  created_at: string;
};
export type DecisionList = {
  items: Decision[];
  next_cursor: string | null;
};
export type DecisionNew = {
  kind: "confirm" | "reject" | "undo";
  match?: MatchRef;
  decision?: string;
  /** Of confirm: which of an ambiguous match's records and alternatives it is; as many of each side as it has. Without it, the match as it stands. */
  records?: RecordRef[];
  note?: string;
};
export type ExceptionItem = {
  dataset: string;
  row: number;
};
export type ExceptionMatch = {
  job: string;
  no: number;
};
export type Exception = {
  id: string;
  reconciliation: string;
  /** null: it is about a match. */
  item: ExceptionItem | null;
  match: ExceptionMatch | null;
  /** The item's break type when it was opened, or match. */
  type: string;
  state:
    "open" | "in_progress" | "waiting" | "resolved" | "closed" | "reopened";
  severity: "low" | "medium" | "high" | "critical";
  reason: string | null;
  owner: string | null;
  /** The queue that it waits in. */
  team: string | null;
  due_on: string;
  /** It is due and not resolved. */
  overdue: boolean;
  amount: Money | null;
  /** Since when the item is known, or when it was opened. */
  opened_on: string;
  /** Until today, in the project's time zone. */
  age_days: number;
  note: string | null;
  /** Somebody else closes it. */
  resolved_by: string | null;
  created_by: string | null;
  created_at: string;
  updated_at: string;
  version: number;
};
export type ExceptionNew = {
  item?: ExceptionItem;
  match?: ExceptionMatch;
  severity?: "low" | "medium" | "high" | "critical";
  reason?: string;
  owner?: string;
  team?: string;
  due_on?: string;
  note?: string;
};
export type ExceptionList = {
  items: Exception[];
  next_cursor: string | null;
};
export type ExceptionConflict = {
  code: string;
  detail: string;
  count: number;
};
export type ExceptionBulkResult = {
  /** false: it was only asked. */
  applied: boolean;
  /** Exceptions that change. */
  count: number;
  money: Money[];
  conflicts: ExceptionConflict[];
  /** Of exactly these exceptions in these versions. */
  token: string;
};
export type ExceptionFilter = {
  reconciliation?: string;
  state?:
    "open" | "in_progress" | "waiting" | "resolved" | "closed" | "reopened";
  live?: boolean;
  severity?: "low" | "medium" | "high" | "critical";
  owner?: string;
  team?: string;
  reason?: string;
  type?: string;
  overdue?: boolean;
  age_min?: number;
};
export type ExceptionEdit = {
  state?:
    "open" | "in_progress" | "waiting" | "resolved" | "closed" | "reopened";
  severity?: "low" | "medium" | "high" | "critical";
  reason?: string | null;
  owner?: string | null;
  team?: string | null;
  due_on?: string;
  note?: string | null;
};
export type ExceptionBulk = {
  filter: ExceptionFilter;
  change: ExceptionEdit;
  token?: string;
};
export type ExceptionSheetChange = {
  /** Of the sheet, from 1. */
  row: number;
  id: string;
  /** By name: what is, and what would be. */
  changes: {
    [key: string]: any;
  };
};
export type ExceptionSheetRefusal = {
  row: number;
  code: string;
  detail: string;
};
export type ExceptionSheetResult = {
  applied: boolean;
  rows: number;
  unchanged: number;
  changed: number;
  /** The first 500. */
  changes: ExceptionSheetChange[];
  refused: number;
  /** The first 500. */
  refusals: ExceptionSheetRefusal[];
  token: string;
};
export type ExceptionSheet = {
  /** The edited sheet, uploaded and read. */
  dataset: string;
  token?: string;
};
export type ExceptionChange = {
  version: number;
  user: string | null;
  at: string;
  /** By name: what was, and what is since. */
  changes: {
    [key: string]: any;
  };
};
export type ExceptionHistory = {
  items: ExceptionChange[];
};
export type ExceptionComment = {
  id: string;
  user: string;
  text: string;
  mentions: string[];
  created_at: string;
};
export type ExceptionCommentList = {
  items: ExceptionComment[];
  next_cursor: string | null;
};
export type Comment = {
  id: string;
  user: string;
  text: string;
  mentions: string[];
  created_at: string;
};
export type ExceptionCommentNew = {
  text: string;
  /** Members of the project, at most 50. */
  mentions?: string[];
};
export type Reason = {
  id: string;
  code: string;
  label: string;
  /** Retired ones are not given any more. */
  status: "active" | "retired";
  created_at: string;
  version: number;
};
export type ReasonList = {
  items: Reason[];
  next_cursor: string | null;
};
export type ReasonNew = {
  /** Small letters, digits and _. */
  code: string;
  label: string;
};
export type ReasonChange = {
  label?: string;
  status?: "active" | "retired";
};
export type ExceptionPolicy = {
  /** Whole units of its currency. */
  medium_from: number;
  high_from: number;
  critical_from: number;
  /** Until it is due. */
  low_days: number;
  medium_days: number;
  high_days: number;
  critical_days: number;
  version: number;
};
export type ExceptionPolicyNew = {
  /** Whole units of its currency. */
  medium_from: number;
  high_from: number;
  critical_from: number;
  /** Until it is due. */
  low_days: number;
  medium_days: number;
  high_days: number;
  critical_days: number;
};
export type Webhook = {
  id: string;
  name: string;
  url: string;
  /** Of those that x-event names. */
  events: string[];
  /** It trusts certificates of its own only. */
  own_certificates: boolean;
  /** SHA-256 of the public keys that the receiver may have, in base64. */
  pins: string[];
  /** gone: the receiver answered 410. */
  status: "active" | "paused" | "gone";
  old_secret_until: string | null;
  created_at: string;
};
export type WebhookList = {
  items: Webhook[];
  next_cursor: string | null;
};
export type WebhookCreated = {
  webhook: Webhook;
  /** whsec_…, as Standard Webhooks has it; shown this once. */
  secret: string;
};
export type WebhookNew = {
  name: string;
  /** https:// only. */
  url: string;
  events: string[];
  /** Certificates to trust in place of the installation's. */
  ca_pem?: string;
  /** Two at least, if any: one of them is the backup. */
  pins?: string[];
};
export type WebhookChange = {
  name?: string;
  url?: string;
  events?: string[];
  pins?: string[];
  status?: "active" | "paused";
};
export type Delivery = {
  /** As webhook-id. */
  id: string;
  event: string;
  state: "waiting" | "delivered" | "failed";
  tries: number;
  /** Of the last answer. */
  status: number | null;
  error_code: string | null;
  created_at: string;
  expires_at: string;
  ended_at: string | null;
  /** What is sent. */
  body: {
    [key: string]: any;
  };
};
export type DeliveryList = {
  items: Delivery[];
  next_cursor: string | null;
};
export type DeliveryTry = {
  no: number;
  at: string;
  status: number | null;
  error_code: string | null;
  ms: number;
};
export type DeliveryTryList = {
  items: DeliveryTry[];
};
export type AuditRow = {
  /** Its place in the log. */
  seq: number;
  id: string;
  ts: string;
  project: string | null;
  actor_kind: string;
  actor: string | null;
  /** noun.verb */
  action: string;
  /** The action for people. */
  text: string;
  object_kind: string;
  object: string | null;
  outcome: "done" | "refused" | "failed";
  request_id: string | null;
  details: {
    [key: string]: any;
  } | null;
  /** Where it came from; null when there is none or it was erased. */
  personal: {
    [key: string]: any;
  } | null;
  /** Of this row and all before it. */
  hash: string;
};
export type AuditList = {
  items: AuditRow[];
  next_cursor: string | null;
};
