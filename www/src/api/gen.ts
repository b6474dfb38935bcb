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
    sessionRevoke: build.mutation<
      SessionRevokeApiResponse,
      SessionRevokeApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/auth/sessions/${encodeURIComponent(String(queryArg.session))}`,
        method: "DELETE",
      }),
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
    apiKeyRevoke: build.mutation<ApiKeyRevokeApiResponse, ApiKeyRevokeApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/api-keys/${encodeURIComponent(String(queryArg.apiKey))}`,
        method: "DELETE",
      }),
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
export type SessionRevokeApiResponse = unknown;
export type SessionRevokeApiArg = {
  session: string;
};
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
export type ApiKeyRevokeApiResponse = unknown;
export type ApiKeyRevokeApiArg = {
  apiKey: string;
};
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
