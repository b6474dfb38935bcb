import { api } from "./base";
const injectedRtkApi = api.injectEndpoints({
  endpoints: (build) => ({
    signIn: build.mutation<SignInApiResponse, SignInApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/sign-in`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    redeem: build.mutation<RedeemApiResponse, RedeemApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/redeem`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    refresh: build.mutation<RefreshApiResponse, RefreshApiArg>({
      query: () => ({ url: `/api/v1/auth/refresh`, method: "POST" }),
    }),
    signOut: build.mutation<SignOutApiResponse, SignOutApiArg>({
      query: () => ({ url: `/api/v1/auth/sign-out`, method: "POST" }),
    }),
    listSessions: build.query<ListSessionsApiResponse, ListSessionsApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/sessions`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    revokeSession: build.mutation<
      RevokeSessionApiResponse,
      RevokeSessionApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/auth/sessions/${encodeURIComponent(String(queryArg.session))}`,
        method: "DELETE",
      }),
    }),
    listApiKeys: build.query<ListApiKeysApiResponse, ListApiKeysApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/api-keys`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    createApiKey: build.mutation<CreateApiKeyApiResponse, CreateApiKeyApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/api-keys`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    revokeApiKey: build.mutation<RevokeApiKeyApiResponse, RevokeApiKeyApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/auth/api-keys/${encodeURIComponent(String(queryArg.apiKey))}`,
        method: "DELETE",
      }),
    }),
    getLimits: build.query<GetLimitsApiResponse, GetLimitsApiArg>({
      query: () => ({ url: `/api/v1/limits` }),
    }),
    getMe: build.query<GetMeApiResponse, GetMeApiArg>({
      query: () => ({ url: `/api/v1/me` }),
    }),
    listProjects: build.query<ListProjectsApiResponse, ListProjectsApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    createProject: build.mutation<
      CreateProjectApiResponse,
      CreateProjectApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    getProject: build.query<GetProjectApiResponse, GetProjectApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}`,
      }),
    }),
    listMembers: build.query<ListMembersApiResponse, ListMembersApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/members`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    listSources: build.query<ListSourcesApiResponse, ListSourcesApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/sources`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    createSource: build.mutation<CreateSourceApiResponse, CreateSourceApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/sources`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    getSource: build.query<GetSourceApiResponse, GetSourceApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/sources/${encodeURIComponent(String(queryArg.source))}`,
      }),
    }),
    listMappings: build.query<ListMappingsApiResponse, ListMappingsApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/sources/${encodeURIComponent(String(queryArg.source))}/mappings`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    createMapping: build.mutation<
      CreateMappingApiResponse,
      CreateMappingApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/sources/${encodeURIComponent(String(queryArg.source))}/mappings`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    listFiles: build.query<ListFilesApiResponse, ListFilesApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/files`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
          source: queryArg.source,
          state: queryArg.state,
        },
      }),
    }),
    getFile: build.query<GetFileApiResponse, GetFileApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/files/${encodeURIComponent(String(queryArg.file))}`,
      }),
    }),
    retryFile: build.mutation<RetryFileApiResponse, RetryFileApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/files/${encodeURIComponent(String(queryArg.file))}/retry`,
        method: "POST",
      }),
    }),
    createUpload: build.mutation<CreateUploadApiResponse, CreateUploadApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/uploads`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    listDatasets: build.query<ListDatasetsApiResponse, ListDatasetsApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
          source: queryArg.source,
          state: queryArg.state,
        },
      }),
    }),
    getDataset: build.query<GetDatasetApiResponse, GetDatasetApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}`,
      }),
    }),
    listDatasetRows: build.query<
      ListDatasetRowsApiResponse,
      ListDatasetRowsApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}/rows`,
        params: {
          offset: queryArg.offset,
          limit: queryArg.limit,
        },
      }),
    }),
    listDatasetRejects: build.query<
      ListDatasetRejectsApiResponse,
      ListDatasetRejectsApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/datasets/${encodeURIComponent(String(queryArg.dataset))}/rejects`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    listReconciliations: build.query<
      ListReconciliationsApiResponse,
      ListReconciliationsApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    createReconciliation: build.mutation<
      CreateReconciliationApiResponse,
      CreateReconciliationApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    getReconciliation: build.query<
      GetReconciliationApiResponse,
      GetReconciliationApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.rec))}`,
      }),
    }),
    listReconciliationJobs: build.query<
      ListReconciliationJobsApiResponse,
      ListReconciliationJobsApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.rec))}/jobs`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    createJob: build.mutation<CreateJobApiResponse, CreateJobApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.rec))}/jobs`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    listJobs: build.query<ListJobsApiResponse, ListJobsApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/jobs`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
          state: queryArg.state,
        },
      }),
    }),
    getJob: build.query<GetJobApiResponse, GetJobApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/jobs/${encodeURIComponent(String(queryArg.job))}`,
      }),
    }),
    cancelJob: build.mutation<CancelJobApiResponse, CancelJobApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/jobs/${encodeURIComponent(String(queryArg.job))}/cancel`,
        method: "POST",
      }),
    }),
    createView: build.query<CreateViewApiResponse, CreateViewApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.rec))}/views`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    listViewRows: build.query<ListViewRowsApiResponse, ListViewRowsApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/views/${encodeURIComponent(String(queryArg.view))}/rows`,
        params: {
          offset: queryArg.offset,
          limit: queryArg.limit,
        },
      }),
    }),
    getViewFacets: build.query<GetViewFacetsApiResponse, GetViewFacetsApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/views/${encodeURIComponent(String(queryArg.view))}/facets`,
      }),
    }),
    getEvidence: build.query<GetEvidenceApiResponse, GetEvidenceApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/jobs/${encodeURIComponent(String(queryArg.job))}/matches/${encodeURIComponent(String(queryArg.no))}/evidence`,
      }),
    }),
    createDecision: build.mutation<
      CreateDecisionApiResponse,
      CreateDecisionApiArg
    >({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.rec))}/decisions`,
        method: "POST",
        body: queryArg.body,
        headers: {
          "If-Match": queryArg["If-Match"],
          "Idempotency-Key": queryArg["Idempotency-Key"],
        },
      }),
    }),
    listDecisions: build.query<ListDecisionsApiResponse, ListDecisionsApiArg>({
      query: (queryArg) => ({
        url: `/api/v1/projects/${encodeURIComponent(String(queryArg.project))}/reconciliations/${encodeURIComponent(String(queryArg.rec))}/decisions`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
  }),
  overrideExisting: false,
});
export { injectedRtkApi as gen };
export type SignInApiResponse = /** status 200 ok */ SessionInfo;
export type SignInApiArg = {
  body: {
    email: string;
    password: string;
  };
};
export type RedeemApiResponse = /** status 200 ok */ SessionInfo;
export type RedeemApiArg = {
  body: {
    code: string;
    password: string;
    display_name?: string;
  };
};
export type RefreshApiResponse = /** status 200 ok */ SessionInfo;
export type RefreshApiArg = void;
export type SignOutApiResponse = unknown;
export type SignOutApiArg = void;
export type ListSessionsApiResponse = /** status 200 ok */ {
  items: Session[];
  next_cursor: string | null;
};
export type ListSessionsApiArg = {
  limit?: number;
  cursor?: string;
};
export type RevokeSessionApiResponse = unknown;
export type RevokeSessionApiArg = {
  session: string;
};
export type ListApiKeysApiResponse = /** status 200 ok */ {
  items: ApiKey[];
  next_cursor: string | null;
};
export type ListApiKeysApiArg = {
  limit?: number;
  cursor?: string;
};
export type CreateApiKeyApiResponse = /** status 201 ok */ {
  api_key: ApiKey;
  secret: string;
};
export type CreateApiKeyApiArg = {
  body: {
    name: string;
    scopes?: string[];
    project?: string;
    expires_in_days: number;
  };
};
export type RevokeApiKeyApiResponse = unknown;
export type RevokeApiKeyApiArg = {
  apiKey: string;
};
export type GetLimitsApiResponse = /** status 200 ok */ {
  upload: {
    max_bytes: number;
    part_bytes: number;
    types: string[];
  };
  json: {
    max_bytes: number;
    depth: number;
  };
  rows: {
    max: number;
  };
};
export type GetLimitsApiArg = void;
export type GetMeApiResponse = /** status 200 ok */ SessionInfo;
export type GetMeApiArg = void;
export type ListProjectsApiResponse = /** status 200 ok */ {
  items: Project[];
  next_cursor: string | null;
};
export type ListProjectsApiArg = {
  limit?: number;
  cursor?: string;
};
export type CreateProjectApiResponse = /** status 201 ok */ Project;
export type CreateProjectApiArg = {
  body: {
    name: string;
    time_zone: string;
    base_currency: string;
  };
};
export type GetProjectApiResponse = /** status 200 ok */ Project;
export type GetProjectApiArg = {
  project: string;
};
export type ListMembersApiResponse = /** status 200 ok */ {
  items: Member[];
  next_cursor: string | null;
};
export type ListMembersApiArg = {
  project: string;
  limit?: number;
  cursor?: string;
};
export type ListSourcesApiResponse = /** status 200 ok */ {
  items: Source[];
  next_cursor: string | null;
};
export type ListSourcesApiArg = {
  project: string;
  limit?: number;
  cursor?: string;
};
export type CreateSourceApiResponse = /** status 201 ok */ Source;
export type CreateSourceApiArg = {
  project: string;
  body: {
    name: string;
    kind: string;
    time_zone: string;
    currency?: string;
  };
};
export type GetSourceApiResponse = /** status 200 ok */ Source;
export type GetSourceApiArg = {
  project: string;
  source: string;
};
export type ListMappingsApiResponse = /** status 200 ok */ {
  items: MappingVersion[];
  next_cursor: string | null;
};
export type ListMappingsApiArg = {
  project: string;
  source: string;
  limit?: number;
  cursor?: string;
};
export type CreateMappingApiResponse = /** status 201 ok */ MappingVersion;
export type CreateMappingApiArg = {
  project: string;
  source: string;
  body: {
    mapping: Mapping;
  };
};
export type ListFilesApiResponse = /** status 200 ok */ {
  items: File[];
  next_cursor: string | null;
};
export type ListFilesApiArg = {
  project: string;
  limit?: number;
  cursor?: string;
  source?: string;
  state?: string;
};
export type GetFileApiResponse = /** status 200 ok */ File;
export type GetFileApiArg = {
  project: string;
  file: string;
};
export type RetryFileApiResponse = /** status 202 ok */ File;
export type RetryFileApiArg = {
  project: string;
  file: string;
};
export type CreateUploadApiResponse = /** status 201 ok */ Upload;
export type CreateUploadApiArg = {
  project: string;
  body: {
    source: string;
    name: string;
    size: number;
    sha256?: string;
  };
};
export type ListDatasetsApiResponse = /** status 200 ok */ {
  items: Dataset[];
  next_cursor: string | null;
};
export type ListDatasetsApiArg = {
  project: string;
  limit?: number;
  cursor?: string;
  source?: string;
  state?: string;
};
export type GetDatasetApiResponse = /** status 200 ok */ Dataset;
export type GetDatasetApiArg = {
  project: string;
  dataset: string;
};
export type ListDatasetRowsApiResponse = /** status 200 ok */ {
  items: Record[];
  total: number;
};
export type ListDatasetRowsApiArg = {
  project: string;
  dataset: string;
  offset?: number;
  limit?: number;
};
export type ListDatasetRejectsApiResponse = /** status 200 ok */ {
  items: {
    row: number;
    column: string | null;
    value: string | null;
    code: string;
    detail: string;
  }[];
  next_cursor: string | null;
};
export type ListDatasetRejectsApiArg = {
  project: string;
  dataset: string;
  limit?: number;
  cursor?: string;
};
export type ListReconciliationsApiResponse = /** status 200 ok */ {
  items: Reconciliation[];
  next_cursor: string | null;
};
export type ListReconciliationsApiArg = {
  project: string;
  limit?: number;
  cursor?: string;
};
export type CreateReconciliationApiResponse =
  /** status 201 ok */ Reconciliation;
export type CreateReconciliationApiArg = {
  project: string;
  body: {
    name: string;
    left: string;
    right: string;
  };
};
export type GetReconciliationApiResponse = /** status 200 ok */ Reconciliation;
export type GetReconciliationApiArg = {
  project: string;
  rec: string;
};
export type ListReconciliationJobsApiResponse = /** status 200 ok */ {
  items: Job[];
  next_cursor: string | null;
};
export type ListReconciliationJobsApiArg = {
  project: string;
  rec: string;
  limit?: number;
  cursor?: string;
};
export type CreateJobApiResponse = /** status 202 ok */ Job;
export type CreateJobApiArg = {
  project: string;
  rec: string;
  body: {
    left: string[];
    right: string[];
  };
};
export type ListJobsApiResponse = /** status 200 ok */ {
  items: Job[];
  next_cursor: string | null;
};
export type ListJobsApiArg = {
  project: string;
  limit?: number;
  cursor?: string;
  state?: string;
};
export type GetJobApiResponse = /** status 200 ok */ Job;
export type GetJobApiArg = {
  project: string;
  job: string;
};
export type CancelJobApiResponse = /** status 202 ok */ Job;
export type CancelJobApiArg = {
  project: string;
  job: string;
};
export type CreateViewApiResponse = /** status 201 ok */ View;
export type CreateViewApiArg = {
  project: string;
  rec: string;
  body: {
    job?: string;
    kind: "matches" | "open_items";
    side?: "left" | "right";
    filter?: {
      [key: string]: any;
    };
    sort?: {
      field: string;
      descending: boolean;
    }[];
  };
};
export type ListViewRowsApiResponse = /** status 200 ok */ {
  items: ViewRow[];
  total: number;
  version: number;
};
export type ListViewRowsApiArg = {
  project: string;
  view: string;
  offset?: number;
  limit?: number;
};
export type GetViewFacetsApiResponse = /** status 200 ok */ Facets;
export type GetViewFacetsApiArg = {
  project: string;
  view: string;
};
export type GetEvidenceApiResponse = /** status 200 ok */ Evidence;
export type GetEvidenceApiArg = {
  project: string;
  job: string;
  no: string;
};
export type CreateDecisionApiResponse = /** status 201 ok */ Decision;
export type CreateDecisionApiArg = {
  project: string;
  rec: string;
  "If-Match": string;
  "Idempotency-Key": string;
  body: {
    kind: "confirm" | "reject" | "undo";
    match?: {
      job: string;
      no: number;
    };
    decision?: string;
    note?: string;
  };
};
export type ListDecisionsApiResponse = /** status 200 ok */ {
  items: Decision[];
  next_cursor: string | null;
};
export type ListDecisionsApiArg = {
  project: string;
  rec: string;
  limit?: number;
  cursor?: string;
};
export type User = {
  id: string;
  email: string;
  display_name: string;
  platform_roles: string[];
};
export type Session = {
  id: string;
  created_at: string;
  idle_expires_at: string;
  absolute_expires_at: string;
  current?: boolean;
  user_agent?: string | null;
  address?: string | null;
  last_seen_at?: string | null;
};
export type SessionInfo = {
  user: User;
  session: Session;
  csrf_token: string;
};
export type ApiKey = {
  id: string;
  name: string;
  prefix?: string;
  scopes: string[];
  project: string | null;
  created_at: string;
  expires_at: string;
  last_used_at?: string | null;
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
export type Member = {
  user: string;
  display_name: string;
  email: string;
  role: string;
  created_at: string;
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
export type MappingField = {
  field: string;
  type: "amount" | "date" | "text" | "code" | "number" | "currency";
  column: string | string[];
  sign?: "plain" | "negate" | "debit_credit";
};
export type Mapping = {
  format: string;
  dialect?: {
    delimiter?: string;
    quote?: string;
    encoding?: string;
    header_row?: number;
  };
  decimal?: string;
  thousands?: string;
  date_order?: "ymd" | "dmy" | "mdy";
  currency?: string | null;
  rounding?: string | null;
  fields: MappingField[];
};
export type MappingVersion = {
  version: number;
  mapping: Mapping;
  created_at: string;
};
export type Verdict = {
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
  verdict: Verdict | null;
  uploaded_by: string;
  uploaded_at: string;
  dataset: string | null;
  version: number;
};
export type Upload = {
  id: string;
  file: string;
  href: string;
  part_bytes: number;
  expires_at: string;
};
export type Money = {
  minor: string;
  currency: string;
};
export type ProposalColumn = {
  name: string;
  type: string;
  confidence: number;
  alternatives: string[];
  samples: string[];
};
export type MappingQuestion = {
  code: string;
  detail: string;
  pointer: string;
  choices: string[];
};
export type Proposal = {
  mapping: Mapping;
  confidence: number;
  columns: ProposalColumn[];
  questions: MappingQuestion[];
};
export type Dataset = {
  id: string;
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
  sums: {
    field: string;
    money: Money;
  }[];
  proposal: Proposal | null;
  error: Verdict | null;
  created_at: string;
};
export type Record = {
  side: "left" | "right";
  dataset: number;
  row: number;
  date: string | null;
  amount: string | null;
  currency: string | null;
  text: string | null;
  reference: string | null;
  fields: {
    [key: string]: string;
  };
};
export type JobSummary = {
  left_rows: number;
  right_rows: number;
  confirmed: number;
  suggested: number;
  ambiguous: number;
  open_left: number;
  open_right: number;
  money: {
    side: "left" | "right";
    currency: string;
    accepted: string;
    matched: string;
    open: string;
    balanced: boolean;
  }[];
};
export type Job = {
  id: string;
  reconciliation: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  phase: string | null;
  done: number;
  total: number;
  rate: number | null;
  eta_ms: number | null;
  attempt: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  error: Verdict | null;
  summary: JobSummary | null;
  result_hash: string | null;
};
export type Reconciliation = {
  id: string;
  name: string;
  left: string;
  right: string;
  version: number;
  ruleset_version?: number | null;
  last_job: Job | null;
  created_at: string;
};
export type View = {
  view: string;
  total: number;
  version: number;
};
export type ViewRow = {
  match?: {
    job: string;
    no: number;
  };
  kind?: string;
  pass?: string;
  status?: "confirmed" | "suggested" | "ambiguous";
  state?: string;
  confidence?: number;
  margin?: number | null;
  difference?: Money | null;
  left?: Record[];
  right?: Record[];
  record?: Record;
  side?: "left" | "right";
  break_type?: string;
  remaining?: Money;
  nearest?: object;
};
export type Facets = {
  facets: {
    field: string;
    values: {
      value: string;
      count: number;
    }[];
  }[];
};
export type Comparison = {
  field: string;
  left: string | null;
  right: string | null;
  level: string;
  bits: number;
};
export type Evidence = {
  comparisons: Comparison[];
  prior_bits: number;
  confidence: number;
  margin: number | null;
  runner_up: {
    confidence: number;
    left: Record[];
    right: Record[];
  } | null;
};
export type Decision = {
  id: string;
  seq: number;
  kind: "confirm" | "reject" | "undo";
  match: {
    job: string;
    no: number;
  } | null;
  decision: string | null;
  note: string | null;
  by: string;
  created_at: string;
};
export const {
  useSignInMutation,
  useRedeemMutation,
  useRefreshMutation,
  useSignOutMutation,
  useListSessionsQuery,
  useLazyListSessionsQuery,
  useRevokeSessionMutation,
  useListApiKeysQuery,
  useLazyListApiKeysQuery,
  useCreateApiKeyMutation,
  useRevokeApiKeyMutation,
  useGetLimitsQuery,
  useLazyGetLimitsQuery,
  useGetMeQuery,
  useLazyGetMeQuery,
  useListProjectsQuery,
  useLazyListProjectsQuery,
  useCreateProjectMutation,
  useGetProjectQuery,
  useLazyGetProjectQuery,
  useListMembersQuery,
  useLazyListMembersQuery,
  useListSourcesQuery,
  useLazyListSourcesQuery,
  useCreateSourceMutation,
  useGetSourceQuery,
  useLazyGetSourceQuery,
  useListMappingsQuery,
  useLazyListMappingsQuery,
  useCreateMappingMutation,
  useListFilesQuery,
  useLazyListFilesQuery,
  useGetFileQuery,
  useLazyGetFileQuery,
  useRetryFileMutation,
  useCreateUploadMutation,
  useListDatasetsQuery,
  useLazyListDatasetsQuery,
  useGetDatasetQuery,
  useLazyGetDatasetQuery,
  useListDatasetRowsQuery,
  useLazyListDatasetRowsQuery,
  useListDatasetRejectsQuery,
  useLazyListDatasetRejectsQuery,
  useListReconciliationsQuery,
  useLazyListReconciliationsQuery,
  useCreateReconciliationMutation,
  useGetReconciliationQuery,
  useLazyGetReconciliationQuery,
  useListReconciliationJobsQuery,
  useLazyListReconciliationJobsQuery,
  useCreateJobMutation,
  useListJobsQuery,
  useLazyListJobsQuery,
  useGetJobQuery,
  useLazyGetJobQuery,
  useCancelJobMutation,
  useCreateViewQuery,
  useLazyCreateViewQuery,
  useListViewRowsQuery,
  useLazyListViewRowsQuery,
  useGetViewFacetsQuery,
  useLazyGetViewFacetsQuery,
  useGetEvidenceQuery,
  useLazyGetEvidenceQuery,
  useCreateDecisionMutation,
  useListDecisionsQuery,
  useLazyListDecisionsQuery,
} = injectedRtkApi;
