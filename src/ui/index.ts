/** What is in the bundle of its own that is loaded when somebody wants to see something: stores, servers, history. */
export { ApplicationUi } from "./application-ui";
export { startDaemonUi } from "./daemon-ui";
export { HistoryUi } from "./history/history-ui";
export { pageStyles, profilePage } from "./report/profile-page";
